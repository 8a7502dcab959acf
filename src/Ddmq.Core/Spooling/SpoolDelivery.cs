using System.Collections.Concurrent;
using System.Text;
using Ddmq.Core.Messages;
using Ddmq.Core.Topics;
using Microsoft.Extensions.Logging;

namespace Ddmq.Core.Spooling;

/// <summary>
/// Delivers what is in the spool: a loop for each cluster that has something there, in order within each lane, one attempt after another
/// until the cluster has stored it, refused it for good, or it has grown old. Thread-safe.
/// </summary>
public sealed class SpoolDelivery
{
    private readonly ConcurrentDictionary<string, Lazy<ClusterDelivery>> _clusters = new(StringComparer.Ordinal);
    private readonly TopicCatalog _catalog;
    private readonly Func<string, Cluster> _findCluster;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private volatile bool _isStopping;

    /// <param name="spool">From where. One delivery takes from it, made before it is opened.</param>
    /// <param name="catalog">The topics that are configured.</param>
    /// <param name="findCluster">The cluster of a name; without a client when it is not configured.</param>
    /// <param name="delays">The waits between attempts, in ms, as configured at the moment.</param>
    /// <param name="drops">Where what is given up on goes.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told when a queue begins to wait, when it is delivered again, and of every message given up on.</param>
    public SpoolDelivery(
        Spool spool,
        TopicCatalog catalog,
        Func<string, Cluster> findCluster,
        Func<IReadOnlyList<int>> delays,
        IDropFile drops,
        TimeProvider time,
        ILogger<SpoolDelivery> logger)
    {
        Spool = spool;
        Delays = delays;
        Drops = new SpoolDrops(drops, logger);
        _catalog = catalog;
        _findCluster = findCluster;
        _time = time;
        _logger = logger;
        spool.EntryAdded = Added;
    }

    /// <summary>Messages on their way to their clusters.</summary>
    public int InFlight => _clusters.Values.Sum(cluster => cluster.Value.InFlight);

    internal Spool Spool { get; }

    internal Func<IReadOnlyList<int>> Delays { get; }

    internal SpoolDrops Drops { get; }

    /// <summary>Sends nothing more, and completes when nothing is on its way.</summary>
    public Task StopAsync()
    {
        _isStopping = true;
        return Task.WhenAll(_clusters.Values.Select(cluster => cluster.Value.StopAsync()));
    }

    /// <summary>A cluster has just stored a message that did not come from here.</summary>
    internal void Worked(Cluster cluster)
    {
        if (_clusters.TryGetValue(cluster.Name, out Lazy<ClusterDelivery>? delivery))
        {
            delivery.Value.Worked();
        }
    }

    /// <summary>Makes a message ready for an attempt; or says why there can be none now.</summary>
    internal string? Prepare(SendRequest request, SpoolQueueName queue, Cluster cluster)
    {
        ReadOnlyMemory<byte> name = Encoding.UTF8.GetBytes(queue.Topic);
        Topic? topic = _catalog.FindOrCreate(name.Span, out CatalogSnapshot snapshot);
        if (topic is null || !topic.Clusters.Contains(cluster))
        {
            return $"the topic is not configured here for cluster {cluster.Name} any more; the messages stay until they are older than ddmq.spool.maxAgeHours";
        }

        if (cluster.Store is null)
        {
            return $"cluster {cluster.Name} has no client here; the messages stay until they are older than ddmq.spool.maxAgeHours";
        }

        request.TopicName = name;
        request.Topic = topic;
        request.Catalog = snapshot;
        request.Cluster = cluster;
        request.ReceivedTimestamp = _time.GetTimestamp();
        request.TimeoutMs = (long)Spool.Settings.AttemptTimeout.TotalMilliseconds;
        request.DeadlineTimestamp = request.ReceivedTimestamp + (request.TimeoutMs * _time.TimestampFrequency / 1000);
        return null;
    }

    private void Added(SpoolLane lane)
    {
        if (!_isStopping)
        {
            _clusters.GetOrAdd(lane.Queue.Name.Cluster, Create).Value.Added(lane);
        }
    }

    private Lazy<ClusterDelivery> Create(string cluster) => new(() => new ClusterDelivery(this, _findCluster(cluster), _time, _logger));
}
