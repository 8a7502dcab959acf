namespace Ddmq.Config.ZooKeeper;

/// <summary>One server of an ensemble.</summary>
/// <param name="Name">Host name in lower case, or IP address (IPv6 without brackets).</param>
/// <param name="Port">1 to 65535.</param>
public readonly record struct ZooKeeperHost(string Name, int Port)
{
    /// <summary>As it stands in a connect string.</summary>
    public override string ToString() => Name.Contains(':', StringComparison.Ordinal) ? $"[{Name}]:{Port}" : $"{Name}:{Port}";
}
