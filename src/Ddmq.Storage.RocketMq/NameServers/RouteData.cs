using System.Globalization;

namespace Ddmq.Storage.RocketMq.NameServers;

/// <summary>A topic's route as a name server tells it. Immutable.</summary>
/// <param name="Queues">Where the topic has queues.</param>
/// <param name="Masters">Addresses of the brokers that have a master, by name.</param>
/// <param name="OrderConfiguration"><c>brokerA:4;brokerB:4</c> for an order topic, else null.</param>
internal sealed record RouteData(
    IReadOnlyList<RouteQueues> Queues, IReadOnlyDictionary<string, string> Masters, string? OrderConfiguration)
{
    // A route that names more is damaged; the largest deployments have some thousands.
    private const int MaxQueues = 1 << 20;

    /// <summary>Whether the topic's queue list is the operator's and not what the brokers report.</summary>
    public bool IsOrdered => !string.IsNullOrEmpty(OrderConfiguration);

    /// <summary>
    /// The queues to send to, in the order that decides which partition is which: by broker name and then number, brokers that are not
    /// writable or have no master left out; for an order topic exactly the configured list.
    /// </summary>
    public IReadOnlyList<(string BrokerName, int QueueId)> PublishList() => IsOrdered ? OrderedList() : PlainList(int.MaxValue);

    /// <summary>The list for a topic that does not exist yet, taken from the route of its template.</summary>
    /// <param name="maxQueues">How many queues a broker creates at most.</param>
    public IReadOnlyList<(string BrokerName, int QueueId)> TemplateList(int maxQueues) => PlainList(maxQueues);

    private List<(string, int)> PlainList(int maxQueues)
    {
        var list = new List<(string, int)>();
        foreach (RouteQueues queues in Queues.OrderBy(queues => queues.BrokerName, StringComparer.Ordinal))
        {
            if (queues.IsWritable && Masters.ContainsKey(queues.BrokerName))
            {
                Add(list, queues.BrokerName, Math.Min(queues.WriteQueues, maxQueues));
            }
        }

        return list;
    }

    private List<(string, int)> OrderedList()
    {
        var list = new List<(string, int)>();
        foreach (string part in OrderConfiguration!.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int colon = part.LastIndexOf(':');
            if (colon > 0 && int.TryParse(part.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int count))
            {
                Add(list, part[..colon], count);
            }
        }

        return list;
    }

    private static void Add(List<(string, int)> list, string broker, int count)
    {
        for (int id = 0; id < count && list.Count < MaxQueues; id++)
        {
            list.Add((broker, id));
        }
    }
}
