using Ddmq.Config;
using Ddmq.FunctionalTests.Cli;
using Ddmq.FunctionalTests.Cli.Doctor;
using Ddmq.TestKit;
using Ddmq.TestKit.Brokers;
using Ddmq.TestKit.Proxy;
using Ddmq.TestKit.Requirements;
using Ddmq.TestKit.ZooKeeper;
using Xunit;

namespace Ddmq.EndToEndTests.WholePath;

/// <summary>A proxy with each file of config/examples, its addresses replaced, stores a message in the real cluster.</summary>
public sealed class ExampleConfigurationTests
{
    private const string Topic = "orders";

    [RequiresBrokersFact]
    public async Task Kafka_AsShipped_StoresAMessage()
    {
        await using KafkaServer server = await KafkaServer.StartAsync();
        await server.CreateTopicAsync(Topic, 8);
        string yaml = Example("kafka.yaml", "127.0.0.1:9092", server.BootstrapServers);
        await using TestProxy proxy = await StartAsync(yaml);

        await SendsAsync(proxy);

        KafkaRecord stored = Assert.Single(await server.ReadAllAsync(Topic));
        Assert.Equal("first message"u8.ToArray(), stored.Value);
        await IsWellAsync(yaml, proxy, "ok kafka K_main: 1 broker, 1 of 1 topic there", "warn kafka K_main: max.message.bytes");
    }

    [RequiresBrokersTheory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task RocketMq_AsShipped_StoresAMessage(int version)
    {
        await using RocketMqCluster cluster = await RocketMqCluster.StartAsync(version);
        await cluster.CreateTopicAsync(Topic, 8);
        string yaml = Example("rocketmq.yaml", "127.0.0.1:9876", cluster.NameServerAddress);
        await using TestProxy proxy = await StartAsync(yaml);

        await SendsAsync(proxy);

        Assert.Equal("first message", Assert.Single(await cluster.ReadAllAsync(Topic)).BodyText);
        await IsWellAsync(yaml, proxy, "ok rocketmq R_main: 1 of 1 name server, 1 of 1 broker, 1 of 1 topic", "warn rocketmq R_main: not there");
    }

    [RequiresBrokersFact]
    public async Task ZooKeeper_AsShipped_StoresAMessageWhereTheNodesSay()
    {
        Assert.Null(ZooKeeperServer.Missing);
        await using ZooKeeperServer zooKeeper = await ZooKeeperServer.StartAsync();
        await using RocketMqCluster cluster = await RocketMqCluster.StartAsync(4);
        await cluster.CreateTopicAsync(Topic, 8);
        await WritesAsync(zooKeeper, "init");
        await WritesAsync(zooKeeper, "bind", "127.0.0.1:0", "--rocketmq", cluster.NameServerAddress, "--cluster", "R_main", "--proxy-cluster", "P_main");
        await WritesAsync(zooKeeper, "topic", "create", Topic, "--cluster", "R_main", "--tps", "1000");
        await using TestProxy proxy = await StartAsync(Example("zookeeper.yaml", "127.0.0.1:2181", zooKeeper.Address));

        await SendsAsync(proxy);

        Assert.Equal("first message", Assert.Single(await cluster.ReadAllAsync(Topic)).BodyText);
    }

    private static string Example(string file, string address, string real)
    {
        string text = File.ReadAllText(SourceTree.PathOf($"config/examples/{file}"));
        Assert.Contains(address, text, StringComparison.Ordinal);
        return text.Replace(address, real, StringComparison.Ordinal);
    }

    // On ports that are free; the rest as the file has it.
    private static Task<TestProxy> StartAsync(string yaml)
    {
        CarreraOptions loaded = CarreraOptionsLoader.Parse(yaml, "example.yaml", new Dictionary<string, string?>()).Options;
        return TestProxy.StartAsync(options =>
        {
            options.ZookeeperAddr = loaded.ZookeeperAddr;
            options.Host = loaded.Host;
            options.DefaultTopicInfoConf = loaded.DefaultTopicInfoConf;
            options.CarreraConfiguration = loaded.CarreraConfiguration;
            loaded.Ddmq.Thrift.BindAddress = options.Ddmq.Thrift.BindAddress;
            loaded.Ddmq.Admin.Port = options.Ddmq.Admin.Port;
            options.Ddmq = loaded.Ddmq;
        });
    }

    private static async Task SendsAsync(TestProxy proxy)
    {
        CliRun run = await CliRun.RunAsync(["send", Topic, "first message", "--key", "1", "--proxy", proxy.Thrift.ToString()]);
        Assert.True(run.ExitCode == 0, run.Error);
    }

    private static async Task IsWellAsync(string yaml, TestProxy proxy, string says, string doesNotSay)
    {
        DoctorRun doctor = await DoctorRun.OnAsync(yaml, "--admin", proxy.Admin.BaseAddress!.ToString(), "--proxy", proxy.Thrift.ToString());
        doctor.Says("ok proxy: runs and takes messages");
        doctor.Says(says);
        doctor.DoesNotSay(doesNotSay);
    }

    private static async Task WritesAsync(ZooKeeperServer zooKeeper, params string[] arguments)
    {
        CliRun run = await CliRun.RunAsync(["zk", .. arguments, "--yes", "--zookeeper", zooKeeper.Address]);
        Assert.True(run.ExitCode == 0, run.Error);
    }
}
