namespace Ddmq.Config.ZooKeeper;

/// <summary>What happened to a watched node; the numbers are the C client's.</summary>
public enum NodeEventKind
{
    /// <summary>It exists now.</summary>
    Created = 1,

    /// <summary>It is gone.</summary>
    Deleted = 2,

    /// <summary>Its data were set, possibly to what they were.</summary>
    Changed = 3,

    /// <summary>A child came or went.</summary>
    ChildrenChanged = 4,
}
