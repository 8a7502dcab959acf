namespace Ddmq.Config.ZooKeeper.Watching;

/// <summary>What reading a node came to.</summary>
public enum NodePresence
{
    /// <summary>It exists and was read.</summary>
    Present,

    /// <summary>It does not exist.</summary>
    Missing,

    /// <summary>It cannot be read, for a reason that trying again does not change: no permission, or a name that is none.</summary>
    Unreadable,
}
