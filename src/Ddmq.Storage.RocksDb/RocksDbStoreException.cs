namespace Ddmq.Storage.RocksDb;

/// <summary>
/// The store cannot be opened, read or used. The message is meant for an operator: what is wrong, where, what helps.
/// Producers never see it; they get a result.
/// </summary>
public sealed class RocksDbStoreException : Exception
{
    /// <param name="message">What is wrong, where, what helps.</param>
    public RocksDbStoreException(string message)
        : base(message)
    {
    }

    /// <param name="message">What is wrong, where, what helps.</param>
    /// <param name="innerException">What caused it.</param>
    public RocksDbStoreException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
