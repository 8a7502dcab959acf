namespace Ddmq.Config.ZooKeeper;

/// <summary>What a <see cref="NodeWrite"/> does.</summary>
internal enum NodeWriteKind
{
    Create,
    Set,
    Delete,
    Check,
}
