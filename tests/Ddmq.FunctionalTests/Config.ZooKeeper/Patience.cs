namespace Ddmq.FunctionalTests.Config.ZooKeeper;

/// <summary>How long a test waits for what must come: far longer than it takes, on a busy machine too.</summary>
internal static class Patience
{
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
}
