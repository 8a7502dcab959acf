using Ddmq.Config;
using Ddmq.Core.Topics;

namespace Ddmq.Proxy.LiveConfiguration;

/// <summary>Says what differs between two settings, old value and new, for the log.</summary>
internal static class SettingsChanges
{
    // A start with ten thousand topics is one line, not a megabyte.
    private const int MostNamed = 20;

    /// <summary>One entry per difference, shortened to a count where there are many of a kind; empty when nothing differs.</summary>
    public static IReadOnlyList<string> Describe(ProxySettings? before, ProxySettings after)
    {
        var topicsBefore = before?.Topics ?? new Dictionary<string, TopicConfig>();
        return
        [
            .. before is null ? [] : Differences(Flat(before.Node), Flat(after.Node)),
            .. Shorten("topic", "added", after.Topics.Keys.Where(topic => !topicsBefore.ContainsKey(topic))),
            .. Shorten("topic", "removed", topicsBefore.Keys.Where(topic => !after.Topics.ContainsKey(topic))),
            .. Edited(topicsBefore, after.Topics),
        ];
    }

    private static IEnumerable<string> Edited(IReadOnlyDictionary<string, TopicConfig> before, IReadOnlyDictionary<string, TopicConfig> after)
    {
        List<(TopicConfig Old, TopicConfig New)> edited =
        [
            .. after.Where(topic => before.TryGetValue(topic.Key, out TopicConfig? old) && !TopicConfigs.AreEqual(old, topic.Value))
                .Select(topic => (before[topic.Key], topic.Value)).OrderBy(pair => pair.Value.Topic, StringComparer.Ordinal),
        ];
        return edited.Count > MostNamed
            ? Shorten("topic", "changed", edited.Select(pair => pair.New.Topic))
            : edited.Select(pair => $"topic {pair.New.Topic}: {string.Join(", ", Differences(Flat(pair.Old), Flat(pair.New)))}");
    }

    private static IEnumerable<string> Shorten(string kind, string what, IEnumerable<string> names)
    {
        string[] sorted = [.. names.Order(StringComparer.Ordinal)];
        return sorted.Length == 0
            ? []
            : [sorted.Length > MostNamed ? $"{sorted.Length} {kind}s {what}" : $"{kind}{(sorted.Length > 1 ? "s" : "")} {string.Join(", ", sorted)} {what}"];
    }

    private static IEnumerable<string> Differences(Dictionary<string, string> before, Dictionary<string, string> after) =>
        before.Keys.Union(after.Keys, StringComparer.Ordinal)
            .Where(path => before.GetValueOrDefault(path) != after.GetValueOrDefault(path))
            .Order(StringComparer.Ordinal)
            .Select(path => $"{path} {before.GetValueOrDefault(path, "(none)")} -> {after.GetValueOrDefault(path, "(none)")}");

    private static Dictionary<string, string> Flat(CarreraConfigurationOptions node) =>
        EffectiveConfiguration.Texts(node).ToDictionary(value => value.Path, value => value.Text, StringComparer.Ordinal);

    private static Dictionary<string, string> Flat(TopicConfig topic)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["delayTopic"] = Show(topic.DelayTopic),
            ["autoBatch"] = Show(topic.AutoBatch),
            ["strongOrder"] = Show(topic.StrongOrder),
            ["limiterFailureRetryInterval"] = Show(topic.LimiterFailureRetryInterval),
            ["durability"] = topic.Policy.Durability == TopicDurability.Broker ? "broker" : "spool-on-failure",
            ["duplicateWindowMs"] = Show(topic.Policy.DuplicateWindowMs),
            ["maxBytesPerSecond"] = Show(topic.Policy.MaxBytesPerSecond),
        };
        foreach (IGrouping<string, TopicUnitConfig> unit in topic.TopicUnits.GroupBy(unit => unit.BrokerCluster, StringComparer.Ordinal))
        {
            values[$"{unit.Key}.maxTps"] = string.Join('+', unit.Select(part => Show(part.MaxTps)));
            values[$"{unit.Key}.totalMaxTps"] = string.Join('+', unit.Select(part => Show(part.TotalMaxTps)));
        }

        return values;
    }

    private static string Show(object value) => Ddmq.Config.Loading.ScalarText.Format(value);
}
