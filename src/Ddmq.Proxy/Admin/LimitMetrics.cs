using Ddmq.Core.Limits;
using Ddmq.Core.Topics;

namespace Ddmq.Proxy.Admin;

/// <summary>What the limits of topics and of the proxy allow and have done. Series that have nothing to say are left out.</summary>
internal static class LimitMetrics
{
    public static void Write(PrometheusWriter writer, TopicCatalog catalog, int waiting)
    {
        bool isOn = catalog.Current.Limits.IsOn;
        IReadOnlyList<AdmissionLimits> topics = catalog.TopicLimits;
        IReadOnlyList<AdmissionLimits> proxy = [catalog.Limits];

        Each(writer, "ddmq_limit_{0}_per_second", "gauge", "The limit in force, in messages or bytes of bodies per second.", topics, proxy,
            limit => isOn && !double.IsInfinity(limit.PerSecond) ? limit.PerSecond : null);
        Each(writer, "ddmq_limit_{0}_admitted_total", "counter", "Messages or bytes of bodies admitted while the limiter was on.", topics, proxy,
            limit => Counted(limit.Admitted));
        Each(writer, "ddmq_limit_{0}_warned_total", "counter", "Messages admitted by the last share of the limit.", topics, proxy,
            limit => Counted(limit.Warned));
        Each(writer, "ddmq_limit_{0}_refused_total", "counter", "Messages refused because of the limit.", topics, proxy,
            limit => Counted(limit.Refused), limits => Counted(limits.InFlight.Refused));
        Each(writer, "ddmq_limit_{0}_delayed_total", "counter", "Messages over the limit that waited for a second try.", topics, proxy,
            limit => Counted(limit.Delayed));

        writer.Metric("ddmq_limit_topic_in_flight_bytes", "gauge", "Bytes of messages that are admitted and that their store has not settled.");
        foreach (AdmissionLimits limits in topics.Where(limits => limits.InFlight.Current > 0))
        {
            writer.Sample("ddmq_limit_topic_in_flight_bytes", limits.InFlight.Current, ("topic", limits.Name));
        }

        writer.Single("ddmq_limit_waiting", "gauge", "Calls that wait for their second try.", waiting);
    }

    private static double? Counted(long count) => count > 0 ? count : null;

    /// <summary>The same metric for topics and for the proxy, under names of their own, so that a sum counts nothing twice.</summary>
    private static void Each(
        PrometheusWriter writer,
        string name,
        string type,
        string help,
        IReadOnlyList<AdmissionLimits> topics,
        IReadOnlyList<AdmissionLimits> proxy,
        Func<RateLimit, double?> value,
        Func<AdmissionLimits, double?>? inFlight = null)
    {
        foreach ((string of, IReadOnlyList<AdmissionLimits> owners) in new[] { ("topic", topics), ("proxy", proxy) })
        {
            string full = name.Replace("{0}", of, StringComparison.Ordinal);
            writer.Metric(full, type, help);
            foreach (AdmissionLimits owner in owners)
            {
                Write(writer, full, owner, "messages", value(owner.Messages));
                Write(writer, full, owner, "bytes", value(owner.Bytes));
                Write(writer, full, owner, "bytes_in_flight", inFlight?.Invoke(owner));
            }
        }
    }

    private static void Write(PrometheusWriter writer, string name, AdmissionLimits owner, string kind, double? value)
    {
        if (value is not { } number)
        {
            return;
        }

        if (owner.Name.Length == 0)
        {
            writer.Sample(name, number, ("kind", kind));
        }
        else
        {
            writer.Sample(name, number, ("topic", owner.Name), ("kind", kind));
        }
    }
}
