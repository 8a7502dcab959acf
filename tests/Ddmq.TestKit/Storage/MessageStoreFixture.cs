using Ddmq.Core.Storage;

namespace Ddmq.TestKit.Storage;

/// <summary>
/// What an adapter brings to the <see cref="MessageStoreConformance"/> suite: a store with an empty topic, and a way to read it
/// back that does not go through the code under test where there is one. Disposing it removes everything.
/// </summary>
public abstract class MessageStoreFixture : IAsyncDisposable
{
    /// <summary>The store under test.</summary>
    public abstract IMessageStore Store { get; }

    /// <summary>A topic that exists, or is created on first use, and is empty. Nobody else uses it.</summary>
    public abstract string Topic { get; }

    /// <summary>How many partitions the topic has; at least 2.</summary>
    public abstract int PartitionCount { get; }

    /// <summary>Whether the store keeps an absent key (or tags) apart from an empty one.</summary>
    public virtual bool TellsAbsentFromEmpty => true;

    /// <summary>Whether a partition has the order of the calls for every topic, and not only for those that ask for it (<c>strongOrder</c>).</summary>
    public virtual bool KeepsOrderOfEveryTopic => true;

    /// <summary>Whether properties come back in their order, with repeated names and empty values.</summary>
    public virtual bool KeepsPropertiesAsGiven => true;

    /// <summary>Everything in the topic, by partition and then offset. Also after the store has been disposed.</summary>
    public abstract Task<IReadOnlyList<ReadBackMessage>> ReadAllAsync();

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
