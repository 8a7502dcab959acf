using System.Collections.Concurrent;
using Ddmq.Storage.RocketMq.Remoting;
using Ddmq.Storage.RocketMq.Sending;

namespace Ddmq.Storage.RocketMq.Brokers;

/// <summary>
/// The brokers that routes name, by name and address: when a broker gets another master, that is another client, and the old one goes when no
/// route has named it for a while. Thread-safe.
/// </summary>
internal sealed class BrokerTable
{
    private static readonly TimeSpan KeepUnused = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(string Name, string Address, int Number), BrokerClient> _clients = new();
    private readonly SendContext _context;
    private readonly ConnectionOptions _connectionOptions;
    private readonly Action _routesAreStale;

    /// <param name="context">The store's.</param>
    /// <param name="connectionOptions">The store's.</param>
    /// <param name="routesAreStale">Called when a broker is lost.</param>
    public BrokerTable(SendContext context, ConnectionOptions connectionOptions, Action routesAreStale)
    {
        _context = context;
        _connectionOptions = connectionOptions;
        _routesAreStale = routesAreStale;
    }

    /// <summary>Every client there is.</summary>
    public IEnumerable<BrokerClient> All => _clients.Select(pair => pair.Value);

    /// <summary>The client for a queue of a broker. Queues are dealt to the broker's clients in turn, so a queue has one.</summary>
    public BrokerClient Find(string name, string address, int queueId) =>
        _clients.GetOrAdd((name, address, queueId % _context.Options.Producers), Create);

    /// <summary>Closes clients that no route has named for a while.</summary>
    /// <param name="inUse">Those that are named now.</param>
    public async Task RetireUnusedAsync(IReadOnlySet<BrokerClient> inUse)
    {
        long now = _context.Time.GetTimestamp();
        foreach (KeyValuePair<(string, string, int), BrokerClient> entry in _clients)
        {
            if (inUse.Contains(entry.Value))
            {
                entry.Value.LastUsed = now;
            }
            else if (now - entry.Value.LastUsed > _context.Ticks(KeepUnused) && _clients.TryRemove(entry))
            {
                await entry.Value.CloseAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Tells every connected broker that this producer lives.</summary>
    public void SendHeartbeats()
    {
        foreach (BrokerClient client in All)
        {
            if (client.IsDown)
            {
                _ = client.ConnectAsync();
            }
            else
            {
                client.SendHeartbeat();
            }
        }
    }

    /// <summary>Compares the brokers with each other, see <see cref="BrokerHealth"/>.</summary>
    public void CompareHealth()
    {
        double best = double.MaxValue;
        foreach (BrokerClient client in All)
        {
            double latency = client.Health.LatencyTicks;
            if (latency > 0 && !client.Health.IsGrey)
            {
                best = Math.Min(best, latency);
            }
        }

        foreach (BrokerClient client in All)
        {
            client.Health.Compare(best == double.MaxValue ? 0 : best);
        }
    }

    private BrokerClient Create((string Name, string Address, int Number) key)
    {
        RemotingAddress address = RemotingAddress.TryParse(key.Address, out RemotingAddress? parsed) ? parsed! : new RemotingAddress(key.Address, 0);
        var client = new BrokerClient(key.Name, address, _context, _connectionOptions, _routesAreStale)
        {
            LastUsed = _context.Time.GetTimestamp(),
        };
        if (_context.Options.MultiTopicBatch)
        {
            client.MultiTopicLane = new Lane(_context, LaneKind.Broker, null, maxUnderWay: 1);
        }

        return client;
    }
}
