namespace Ddmq.Config.ZooKeeper;

/// <summary>What an error means for the one who called.</summary>
internal static class ZooKeeperErrors
{
    /// <summary>True when it says nothing about the node: the same call may succeed in a moment, or in another session.</summary>
    public static bool IsTransient(this ZooKeeperError error) => error is
        ZooKeeperError.ConnectionLoss or
        ZooKeeperError.OperationTimeout or
        ZooKeeperError.InvalidState or
        ZooKeeperError.SessionExpired or
        ZooKeeperError.SessionMoved or
        ZooKeeperError.AuthFailed or
        ZooKeeperError.Closing or
        ZooKeeperError.ThrottledOperation;
}
