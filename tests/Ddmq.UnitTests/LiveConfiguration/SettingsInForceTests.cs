using System.Text;
using Ddmq.Config;
using Ddmq.Core.Storage;
using Ddmq.Core.Topics;
using Ddmq.Proxy.LiveConfiguration;
using Ddmq.TestKit.Proxy;
using Ddmq.TestKit.Storage;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Ddmq.UnitTests.LiveConfiguration;

/// <summary>Clusters that come, change and go, and the catalog that follows them.</summary>
public sealed class SettingsInForceTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CapturedLog _log = new();
    private readonly Dictionary<string, MemoryStore> _clients = [];
    private readonly Cluster _embedded = new("embedded", new MemoryStore());
    private readonly TopicCatalog _catalog = new(null, 0);
    private readonly ClusterSet _clusters;
    private readonly SettingsInForce _settings;
    private Func<ClusterSettings, MemoryStore> _create = _ => new MemoryStore();

    public SettingsInForceTests()
    {
        _clusters = new ClusterSet(
            _embedded, settings => _clients[settings.Name] = _create(settings), TimeSpan.FromMinutes(5), new Logger<ClusterSet>(_log));
        _settings = new SettingsInForce(_catalog, _clusters, TimeProvider.System, new Logger<SettingsInForce>(_log));
    }

    public async ValueTask DisposeAsync() => await _clusters.DisposeAsync();

    [Fact]
    public async Task Apply_FirstClusterOfAKind_IsThereAtOnceAndWarmedUpForItsTopics()
    {
        await Apply(Node(rocketMq: ["R_a"]), ("orders", "R_a"), ("other", "embedded"));

        Assert.Same(_clients["R_a"], ClientOf("orders"));
        Assert.Equal(["orders"], _clients["R_a"].WarmedUp);
        Assert.Same(_embedded.Store, ClientOf("other"));
    }

    [Fact]
    public async Task Apply_NothingChanged_KeepsTheClientTheTopicsAndTheVersion()
    {
        await Apply(Node(rocketMq: ["R_a"]), ("orders", "R_a"));
        MemoryStore client = _clients["R_a"];
        CatalogSnapshot before = _catalog.Current;

        await Apply(Node(rocketMq: ["R_a"]), ("orders", "R_a"));

        Assert.Same(client, _clients["R_a"]);
        Assert.Same(before, _catalog.Current);
        Assert.Equal(1, _settings.Current!.Version);
    }

    [Fact]
    public async Task Apply_ClusterChanged_OldClientServesUntilTheNewOneIsReached()
    {
        await Apply(Node(rocketMq: ["R_a"]), ("orders", "R_a"));
        MemoryStore old = _clients["R_a"];
        _create = _ => new MemoryStore { IsReachable = false, MaxMessageSize = 100 };

        await Apply(Node(rocketMq: ["R_a"], address: "127.0.0.1:9999"), ("orders", "R_a"));

        MemoryStore fresh = _clients["R_a"];
        Assert.NotSame(old, fresh);
        Assert.Same(old, ClientOf("orders"));
        Assert.Contains("not in force yet", Assert.Single(_clusters.Status).Trouble);

        fresh.IsReachable = true;
        await old.Disposed.WaitAsync(Patience);
        Assert.Same(fresh, ClientOf("orders"));
        Assert.Equal(100, _catalog.Current.Find("orders"u8)!.MaxMessageSize);
        Assert.Null(Assert.Single(_clusters.Status).Trouble);
    }

    [Fact]
    public async Task Apply_ClusterChangedWhileItsOldClientIsInTrouble_IsReplacedAtOnce()
    {
        await Apply(Node(rocketMq: ["R_a"]), ("orders", "R_a"));
        MemoryStore old = _clients["R_a"];
        old.Trouble = "no broker";
        _create = _ => new MemoryStore { IsReachable = false };

        await Apply(Node(rocketMq: ["R_a"], address: "127.0.0.1:9999"), ("orders", "R_a"));

        await old.Disposed.WaitAsync(Patience);
        Assert.Same(_clients["R_a"], ClientOf("orders"));
    }

    [Fact]
    public async Task Apply_ClusterChangedTwice_OnlyTheLastClientComesIntoForce()
    {
        await Apply(Node(rocketMq: ["R_a"]), ("orders", "R_a"));
        MemoryStore first = _clients["R_a"];
        _create = _ => new MemoryStore { IsReachable = false };
        await Apply(Node(rocketMq: ["R_a"], address: "127.0.0.1:9998"), ("orders", "R_a"));
        MemoryStore second = _clients["R_a"];
        _create = _ => new MemoryStore();

        await Apply(Node(rocketMq: ["R_a"], address: "127.0.0.1:9999"), ("orders", "R_a"));

        await Task.WhenAll(first.Disposed, second.Disposed).WaitAsync(Patience);
        Assert.Same(_clients["R_a"], ClientOf("orders"));
        Assert.NotSame(second, _clients["R_a"]);
    }

    [Fact]
    public async Task Apply_LastClusterRemovedUnderItsTopic_SendsHaveNoClientAndTheOldOneIsDisposed()
    {
        await Apply(Node(rocketMq: ["R_a"]), ("orders", "R_a"));

        await Apply(Node(), ("orders", "R_a"));

        Assert.Null(ClientOf("orders"));
        await _clients["R_a"].Disposed.WaitAsync(Patience);
        Assert.Empty(_clusters.Status);
    }

    [Fact]
    public async Task Apply_TopicMovedAndItsOldClusterRemoved_OldClientStaysForRequestsThatBeganBefore()
    {
        await Apply(Node(rocketMq: ["R_a"], kafka: ["K_a"]), ("orders", "R_a"));
        Cluster before = _catalog.Current.Find("orders"u8)!.Clusters[0];

        await Apply(Node(kafka: ["K_a"]), ("orders", "K_a"));

        Assert.Same(_clients["K_a"], ClientOf("orders"));
        Assert.Same(_clients["R_a"], before.Store);

        await _clusters.DisposeAsync();
        Assert.True(_clients["R_a"].Disposed.IsCompleted);
    }

    [Fact]
    public async Task Apply_ClusterRemovedAndAddedAgain_HasANewClient()
    {
        await Apply(Node(rocketMq: ["R_a"]), ("orders", "R_a"));
        MemoryStore first = _clients["R_a"];
        await Apply(Node());

        await Apply(Node(rocketMq: ["R_a"]), ("orders", "R_a"));

        Assert.NotSame(first, _clients["R_a"]);
        Assert.Same(_clients["R_a"], ClientOf("orders"));
        await first.Disposed.WaitAsync(Patience);
    }

    [Fact]
    public async Task Prepare_OneClientRefusesItsSettings_NothingChangesAndTheOthersAreDisposed()
    {
        await Apply(Node(rocketMq: ["R_a"]), ("orders", "R_a"));
        MemoryStore before = _clients["R_a"];
        var good = new MemoryStore();
        _create = settings => settings.Name == "R_bad" ? throw new InvalidOperationException("bad acks") : good;

        SettingsException exception = Assert.Throws<SettingsException>(
            () => _settings.Prepare(Settings(Node(rocketMq: ["R_a", "R_b", "R_bad"]), ("orders", "R_b"))));

        Assert.Equal("cluster R_bad: bad acks", exception.Message);
        await good.Disposed.WaitAsync(Patience);
        Assert.Same(before, ClientOf("orders"));
        Assert.Equal(1, _settings.Current!.Version);
    }

    [Fact]
    public async Task Apply_KindSwitchedOff_ItsClustersAreGone()
    {
        CarreraConfigurationOptions node = Node(rocketMq: ["R_a"]);
        await Apply(node, ("orders", "R_a"));
        CarreraConfigurationOptions off = Node(rocketMq: ["R_a"]);
        off.UseRocketmq = false;

        await Apply(off, ("orders", "R_a"));

        Assert.Null(ClientOf("orders"));
    }

    [Fact]
    public async Task Apply_Change_IsLoggedWithOldAndNewValueAndVersion()
    {
        await Apply(Node(rocketMq: ["R_a"]), ("orders", "R_a"), ("old", "R_a"));
        CarreraConfigurationOptions node = Node(rocketMq: ["R_a"]);
        node.MaxTps = 77;
        ProxySettings next = Settings(node, ("orders", "R_a"), ("fresh", "R_a"));
        TopicConfig orders = next.Topics["orders"];
        ((Dictionary<string, TopicConfig>)next.Topics)["orders"] = orders with { StrongOrder = true, TopicUnits = [orders.TopicUnits[0] with { MaxTps = 5 }] };

        await _settings.Apply(_settings.Prepare(next));

        Assert.Contains(_log.Lines, line => line.Text ==
            "Configuration version 2 in force, from test: maxTps 100000 -> 77; topic fresh added; topic old removed; "
            + "topic orders: R_a.maxTps 1024 -> 5, strongOrder false -> true");
    }

    [Fact]
    public async Task Apply_TopicRemoved_ItsLedgerStillCounts()
    {
        await Apply(Node(), ("orders", "embedded"));

        await Apply(Node());

        Assert.Null(_catalog.Current.Find("orders"u8));
        Assert.Contains(_catalog.Ledgers, ledger => ledger.Topic == "orders");
    }

    private static CarreraConfigurationOptions Node(string[]? rocketMq = null, string[]? kafka = null, string address = "127.0.0.1:9876") => new()
    {
        UseRocketmq = rocketMq is not null,
        UseKafka = kafka is not null,
        RocketmqConfigurationMap = (rocketMq ?? []).ToDictionary(name => name, _ => new RocketMqClusterOptions { NamesrvAddrs = [address] }),
        KafkaConfigurationMap = (kafka ?? []).ToDictionary(name => name, _ => new KafkaClusterOptions { BootstrapServers = [address] }),
    };

    private static ProxySettings Settings(CarreraConfigurationOptions node, params (string Topic, string Cluster)[] topics) => new(
        "test",
        node,
        topics.ToDictionary(
            topic => topic.Topic,
            topic => new TopicConfig { Topic = topic.Topic, TopicUnits = [new TopicUnitConfig { BrokerCluster = topic.Cluster }] }));

    private Task Apply(CarreraConfigurationOptions node, params (string Topic, string Cluster)[] topics) =>
        _settings.Apply(_settings.Prepare(Settings(node, topics)));

    private IMessageStore? ClientOf(string topic) => _catalog.Current.Find(Encoding.UTF8.GetBytes(topic))!.Clusters[0].Store;
}
