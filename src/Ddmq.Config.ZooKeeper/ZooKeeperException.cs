namespace Ddmq.Config.ZooKeeper;

/// <summary>A session could not even be tried: the native library is missing, the address is wrong, or no host name of it can be resolved.</summary>
public sealed class ZooKeeperException : Exception
{
    /// <summary>With what is wrong and what would be right.</summary>
    public ZooKeeperException(string message)
        : base(message)
    {
    }

    /// <summary>The same with its cause.</summary>
    public ZooKeeperException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
