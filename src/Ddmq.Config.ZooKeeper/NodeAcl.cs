namespace Ddmq.Config.ZooKeeper;

/// <summary>Who may do what with a node that is created.</summary>
public enum NodeAcl
{
    /// <summary>Everybody everything, as the original console writes its nodes.</summary>
    Open,

    /// <summary>Everything, but only for those who come with the credentials of the session that creates it. Needs <see cref="ZooKeeperSession.AddAuthAsync"/> first.</summary>
    Creator,
}
