namespace Ddmq.Storage.RocksDb.Committing;

/// <summary>What became of an attempt to queue a message.</summary>
internal enum SendQueueAnswer
{
    /// <summary>It will be answered by the commit thread.</summary>
    Added,

    /// <summary>The bytes that wait have reached their bound.</summary>
    Full,

    /// <summary>The store is stopping.</summary>
    Closed,
}
