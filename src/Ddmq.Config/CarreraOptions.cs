namespace Ddmq.Config;

/// <summary>
/// Everything that <c>carrera.yaml</c> can say: the keys of the original proxy, and ours below <c>ddmq</c>.
/// Read once at start; not changed afterwards, so it may be shared between threads.
/// <para>
/// To add a setting: a property with its default as initialiser and its range as attribute in the section's class, the
/// same with a comment in config/carrera.yaml, a row in docs/configuration.md. Tests compare the three. A check that
/// needs two settings goes to <see cref="Loading.CrossChecks"/>.
/// </para>
/// </summary>
internal sealed class CarreraOptions
{
    /// <summary>
    /// ZooKeeper connect string, host:port,host:port/chroot; /carrera/v4/config is appended to it unless it is in there. Empty: this file is
    /// the only source of topics and clusters.
    /// </summary>
    public string ZookeeperAddr { get; set; } = "";

    /// <summary>TCP port of the Thrift service; 0 takes a free one.</summary>
    [Limits(0, 65535)]
    public int Port { get; set; } = 9613;

    /// <summary>IP address in the name under which ZooKeeper knows this proxy; empty takes the machine's first IPv4 address.</summary>
    public string Host { get; set; } = "";

    /// <summary>Topics that are there from the start.</summary>
    public DefaultTopicInfoOptions DefaultTopicInfoConf { get; set; } = new();

    /// <summary>What the original keeps in the proxy's ZooKeeper node.</summary>
    public CarreraConfigurationOptions CarreraConfiguration { get; set; } = new();

    /// <summary>Settings the original does not have.</summary>
    public DdmqOptions Ddmq { get; set; } = new();

    /// <summary>Whether topics and clusters come from ZooKeeper.</summary>
    internal bool UsesZooKeeper => ZookeeperAddr.Trim().Length > 0;
}
