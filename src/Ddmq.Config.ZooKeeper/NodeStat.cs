namespace Ddmq.Config.ZooKeeper;

/// <summary>What ZooKeeper knows of a node besides its data.</summary>
/// <param name="Version">How often its data were set since it was created: 0 at first.</param>
/// <param name="ModifiedZxid">The transaction that set its data; never the same twice in one ensemble.</param>
/// <param name="CreatedZxid">The transaction that created it.</param>
/// <param name="ModifiedUnixMs">When its data were set, by the server's clock.</param>
/// <param name="CreatedUnixMs">When it was created, by the server's clock.</param>
/// <param name="DataLength">How many bytes it holds.</param>
/// <param name="ChildCount">How many children it has.</param>
/// <param name="AclVersion">How often its access control list was set.</param>
public readonly record struct NodeStat(
    int Version,
    long ModifiedZxid,
    long CreatedZxid,
    long ModifiedUnixMs,
    long CreatedUnixMs,
    int DataLength,
    int ChildCount,
    int AclVersion);
