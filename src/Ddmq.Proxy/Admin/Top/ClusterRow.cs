using Ddmq.Storage.RocketMq;

namespace Ddmq.Proxy.Admin.Top;

/// <summary>A cluster as <c>/api/top</c> has it. Rates are per second of the interval; null where the client does not count that.</summary>
internal sealed record ClusterRow(
    string Name,
    string Kind,
    string? Trouble,
    double? StoredPerSecond,
    long? InFlight,
    long? Waiting,
    double? BatchSize,
    IReadOnlyList<ClusterRow.Broker> Brokers)
{
    /// <summary>What happened between two readings. A client that was replaced meanwhile has begun to count anew.</summary>
    public static ClusterRow Between(ClusterCounts? before, ClusterCounts after, double seconds)
    {
        double batches = Since(before?.Batches, after.Batches);
        return new ClusterRow(
            after.Name,
            after.Kind,
            after.Trouble,
            after.Stored is null ? null : Since(before?.Stored, after.Stored) / seconds,
            after.InFlight,
            after.Waiting,
            batches > 0 ? Since(before?.BatchMessages, after.BatchMessages) / batches : null,
            [.. after.Brokers.Select(broker => Broker.Between(before?.Brokers.FirstOrDefault(one => one.Name == broker.Name), broker, seconds))]);
    }

    private static double Since(long? before, long? after) => Math.Max(0, (after ?? 0) - (before ?? 0));

    /// <summary>One broker of it.</summary>
    internal sealed record Broker(
        string Name,
        string Address,
        bool Connected,
        double AnsweredPerSecond,
        double BusyPerSecond,
        int InFlight,
        int Limit,
        int Waiting,
        double LatencyMs,
        bool Grey)
    {
        public static Broker Between(BrokerStatus? before, BrokerStatus after, double seconds) => new(
            after.Name,
            after.Address,
            after.IsConnected,
            Since(before?.Served, after.Served) / seconds,
            Since(before?.BusyAnswers, after.BusyAnswers) / seconds,
            after.InFlight,
            after.Limit,
            after.Waiting,
            after.Latency.TotalMilliseconds,
            after.IsGrey);
    }
}
