using Ddmq.TestKit.ZooKeeper;
using Xunit;

namespace Ddmq.TestKit.Requirements;

/// <summary>A fact that needs a real ZooKeeper server and its C client; skipped, and saying so, where one of them is missing.</summary>
public sealed class RequiresZooKeeperFactAttribute : FactAttribute
{
    /// <summary>Finds out what is missing.</summary>
    public RequiresZooKeeperFactAttribute() => Skip = ZooKeeperServer.Missing;
}
