using System.Text;
using Ddmq.Config.ZooKeeper;
using Xunit;

namespace Ddmq.FunctionalTests.LiveConfiguration;

/// <summary>Writes nodes as the original's console does: unconditionally, one at a time, a new one in two steps.</summary>
internal sealed class ConsoleLike(ZooKeeperSession session) : IAsyncDisposable
{
    /// <summary>The name of the proxy under test; its port is 0 because it takes a free one.</summary>
    public const string Instance = "127.0.0.1:0";

    /// <summary>The proxy's own node.</summary>
    public const string OwnPath = $"/pproxy/{Instance}";

    /// <summary>Opens a session below the configuration's root, whose parents it makes.</summary>
    /// <param name="server">The ensemble with the chroot that the proxy is given.</param>
    public static async Task<ConsoleLike> OpenAsync(string server)
    {
        string root = ZooKeeperAddress.WithConfigRoot(server);
        string hosts = root[..root.IndexOf('/', StringComparison.Ordinal)];
        await using (ZooKeeperSession top = await Ddmq.FunctionalTests.Config.ZooKeeper.ZooKeeperFixture.OpenAsync(hosts))
        {
            string path = "";
            foreach (string part in root[(hosts.Length + 1)..].Split('/'))
            {
                path += "/" + part;
                await top.CreateAsync(path, "carrera"u8.ToArray());
            }
        }

        var console = new ConsoleLike(await Ddmq.FunctionalTests.Config.ZooKeeper.ZooKeeperFixture.OpenAsync(root));
        await console.WriteAsync("/pproxy", "default");
        await console.WriteAsync("/topic", "default");
        return console;
    }

    /// <summary>The session, for what the console cannot do.</summary>
    public ZooKeeperSession Session { get; } = session;

    /// <summary>Writes a node.</summary>
    public Task WriteAsync(string path, string text) => WriteAsync(path, Encoding.UTF8.GetBytes(text));

    /// <inheritdoc cref="WriteAsync(string, string)"/>
    public async Task WriteAsync(string path, byte[] bytes)
    {
        ZooKeeperResult<NodeStat> set = await Session.SetAsync(path, bytes, ZooKeeperSession.AnyVersion);
        if (set.Error == ZooKeeperError.NoNode)
        {
            Assert.True((await Session.CreateAsync(path, "carrera"u8.ToArray())).IsOk);
            set = await Session.SetAsync(path, bytes, ZooKeeperSession.AnyVersion);
        }

        Assert.True(set.IsOk, $"{path}: {set.Error}");
    }

    /// <summary>Writes the proxy's own node: RocketMQ clusters by name, Kafka clusters by name, and the white list.</summary>
    public Task WriteOwnAsync(string[] topics, string[] rocketMq, string[]? kafka = null, int maxTps = 3000, string address = "127.0.0.1:9876") =>
        WriteAsync(OwnPath, Own(topics, rocketMq, kafka ?? [], maxTps, address));

    /// <summary>Writes a topic's node with one unit bound to the proxy under test.</summary>
    public Task WriteTopicAsync(string topic, string cluster, int maxTps = 1000) => WriteAsync($"/topic/{topic}", Topic(topic, cluster, maxTps));

    /// <summary>See <see cref="WriteTopicAsync"/>.</summary>
    public static string Topic(string topic, string cluster, int maxTps = 1000) =>
        "{\"alarmGroup\":[\"ops\"],\"autoBatch\":false,\"compressType\":\"PRIMORDIAL\",\"delayTopic\":false,\"limiterFailureRetryInterval\":-1,"
        + $"\"strongOrder\":false,\"topic\":\"{topic}\",\"topicUnits\":[{{\"brokerCluster\":\"{cluster}\",\"maxTps\":{maxTps},"
        + $"\"proxies\":{{\"P_ddmq\":[\"{Instance}\"]}},\"totalMaxTps\":{maxTps}}}]}}";

    /// <summary>See <see cref="WriteOwnAsync"/>.</summary>
    public static string Own(string[] topics, string[] rocketMq, string[] kafka, int maxTps, string address) =>
        $"{{\"brokerClusters\":[{List([.. rocketMq, .. kafka, "R_other"])}],\"carreraConfiguration\":{{\"delay\":{{\"chronosInnerTopicPrefix\":\"R_inner_\",\"innerTopicNum\":1}},"
        + $"\"kafkaConfigurationMap\":{{{string.Join(',', kafka.Select(name => $"\"{name}\":{{\"bootstrapServers\":[\"{address}\"]}}"))}}},\"kafkaProducers\":3,"
        + $"\"maxTps\":{maxTps},\"retryDelays\":[200],"
        + $"\"rocketmqConfigurationMap\":{{{string.Join(',', rocketMq.Select(name => $"\"{name}\":{{\"namesrvAddrs\":[\"{address}\"]}}"))}}},\"rocketmqProducers\":3,"
        + $"\"useAutoBatch\":false,\"useKafka\":{(kafka.Length > 0 ? "true" : "false")},\"useRequestLimiter\":false,"
        + $"\"useRocketmq\":{(rocketMq.Length > 0 ? "true" : "false")}}},\"instance\":\"{Instance}\",\"proxyCluster\":\"P_ddmq\",\"topics\":[{List(topics)}]}}";

    private static string List(string[] names) => string.Join(',', names.Select(name => $"\"{name}\""));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Session.DisposeAsync();
}
