using Ddmq.Core.Retrying;
using Ddmq.Core.Storage;

namespace Ddmq.Core.Topics;

/// <summary>
/// A broker cluster by its name, with the client of the moment. It outlives its clients: when its settings change, a new client takes the
/// old one's place here, so that a request which began before the change is sent with the new one. Thread-safe.
/// </summary>
public sealed class Cluster
{
    private IMessageStore? _store;

    /// <param name="name">The name topics refer to.</param>
    /// <param name="store">Its client; null when the cluster is known by name only (sends get code 21).</param>
    public Cluster(string name, IMessageStore? store)
    {
        Name = name;
        _store = store;
    }

    /// <summary>The name topics refer to.</summary>
    public string Name { get; }

    /// <summary>Its client; null when the cluster is known by name only (sends get code 21).</summary>
    public IMessageStore? Store => Volatile.Read(ref _store);

    /// <summary>What messages sent to it more than once came to. Lives on with the cluster.</summary>
    public RetryCounters Retries { get; } = new();

    /// <summary>How many retries it is allowed. Lives on with the cluster.</summary>
    public RetryBudget RetryBudget { get; } = new();

    /// <summary>Puts another client in place. The old one is the caller's to dispose: what it was given before, it still answers.</summary>
    /// <returns>The client that was in place.</returns>
    public IMessageStore? ReplaceStore(IMessageStore? store) => Interlocked.Exchange(ref _store, store);

    /// <summary>Takes a client away, if it is the one in place.</summary>
    public bool TryRemoveStore(IMessageStore store) => ReferenceEquals(Interlocked.CompareExchange(ref _store, null, store), store);
}
