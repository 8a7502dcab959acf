using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Ddmq.TestKit.Storage;

namespace Ddmq.TestKit.Brokers;

/// <summary>
/// A real RocketMQ cluster: one name server and some masters, each a process that can be disturbed by itself. Disposing kills them all
/// and removes their folders. For one test (or fixture) at a time; topics can be created and read from several tests at once.
/// </summary>
public sealed class RocketMqCluster : IAsyncDisposable
{
    /// <summary>The cluster's name.</summary>
    public const string Name = "DefaultCluster";

    private const int UpdateAndCreateTopic = 17;
    private const int GetMaxOffset = 30;
    private const int GetRouteByTopic = 105;
    private const int GetClusterInfo = 106;
    private const int Writable = 2;
    private const int NoPermission = 16;

    private static readonly TimeSpan RouteLimit = TimeSpan.FromSeconds(60);
    // A question that comes while a server starts can be left without answer on an open connection.
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    // On a busy machine brokers refuse what has waited for 200 ms, or all while the disk is slow; only tests about that want it.
    private static readonly string[] OwnSettings = ["waitTimeMillsInSendQueue=30000", "osPageCacheBusyTimeOutMills=30000"];

    private RocketMqCluster(int version, int brokers, string[] settings)
    {
        Version = version;
        NameServer = new BrokerProcess(
            $"namesrv{version}", 1, 0, [], [], new Dictionary<string, string>(), () => AnswersAsync(NameServer!.Address, GetClusterInfo));
        Brokers = [.. Enumerable.Range(0, brokers).Select(index => CreateBroker($"broker-{(char)('a' + index)}", settings))];
    }

    /// <summary>What a test of this kind lacks on this machine, or null.</summary>
    public static string? WhyMissing => BrokerFolder.WhyMissing;

    /// <summary>4 or 5.</summary>
    public int Version { get; }

    /// <summary>The name server.</summary>
    public BrokerProcess NameServer { get; }

    /// <summary>What clients are given.</summary>
    public string NameServerAddress => NameServer.Address;

    /// <summary>The masters: broker-a, broker-b, ...</summary>
    public IReadOnlyList<RocketMqBroker> Brokers { get; }

    /// <summary>Starts one and waits until all of it serves.</summary>
    /// <param name="version">4 or 5.</param>
    /// <param name="brokers">How many masters, 1 to 26.</param>
    /// <param name="settings">Further lines <c>key=value</c> of every broker's configuration.</param>
    public static async Task<RocketMqCluster> StartAsync(int version, int brokers = 1, params string[] settings)
    {
        var cluster = new RocketMqCluster(version, brokers, settings);
        try
        {
            // Brokers try again in 10 s when there is no name server yet.
            await cluster.NameServer.StartAsync().ConfigureAwait(false);
            await Task.WhenAll(cluster.Brokers.Select(broker => broker.Process.StartAsync())).ConfigureAwait(false);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Replaces the further lines of every broker's configuration; in force from the broker's next start.</summary>
    public void Configure(params string[] settings)
    {
        foreach (RocketMqBroker broker in Brokers)
        {
            broker.Process.Configure([.. OwnSettings, .. settings]);
        }
    }

    /// <summary>Creates a topic on every broker, or changes it, and waits until the name server's route has it everywhere.</summary>
    /// <param name="topic">Its name.</param>
    /// <param name="writeQueues">Queues on each broker that producers see.</param>
    /// <param name="readQueues">Queues on each broker that can be read; as many as <paramref name="writeQueues"/> when null.</param>
    /// <param name="permission">6: read and write, 4: only read.</param>
    public async Task CreateTopicAsync(string topic, int writeQueues = 4, int? readQueues = null, int permission = 6)
    {
        foreach (RocketMqBroker broker in Brokers)
        {
            RemotingReply reply = await RemotingClient.CallOnceAsync(
                broker.Address,
                UpdateAndCreateTopic,
                ("topic", topic),
                ("defaultTopic", "TBW102"),
                ("readQueueNums", Text(readQueues ?? writeQueues)),
                ("writeQueueNums", Text(writeQueues)),
                ("perm", Text(permission)),
                ("topicFilterType", "SINGLE_TAG"),
                ("topicSysFlag", "0"),
                ("order", "false")).ConfigureAwait(false);
            reply.Demand();
        }

        await WaitForRouteAsync(topic, queue => (int)queue["writeQueueNums"]! == writeQueues && (int)queue["perm"]! == permission)
            .ConfigureAwait(false);
    }

    /// <summary>Waits until the name server knows of a topic on every broker, a minute at most.</summary>
    public Task WaitForRouteAsync(string topic) => WaitForRouteAsync(topic, _ => true);

    /// <summary>The name server's route of a topic as JSON; null when it knows none.</summary>
    public async Task<JsonNode?> RouteAsync(string topic)
    {
        RemotingReply reply = await RemotingClient.CallOnceAsync(
            NameServerAddress, GetRouteByTopic, ("topic", topic), ("acceptStandardJsonOnly", "true")).ConfigureAwait(false);
        return reply.Code == 0 ? JsonNode.Parse(reply.Body) : null;
    }

    /// <summary>The queues that producers see, by broker name and then number: partitions 0, 1, 2, ... Empty for an unknown topic.</summary>
    public async Task<IReadOnlyList<RocketMqQueue>> PublishQueuesAsync(string topic)
    {
        JsonNode? route = await RouteAsync(topic).ConfigureAwait(false);
        return route is null
            ? []
            : [.. route["queueDatas"]!.AsArray()
                .Where(queue => ((int)queue!["perm"]! & Writable) != 0)
                .OrderBy(queue => (string)queue!["brokerName"]!, StringComparer.Ordinal)
                .SelectMany(queue => Enumerable.Range(0, (int)queue!["writeQueueNums"]!)
                    .Select(id => new RocketMqQueue((string)queue["brokerName"]!, id)))];
    }

    /// <summary>
    /// Everything that the brokers answered for before the call, by partition and then offset; see <see cref="PublishQueuesAsync"/>. All
    /// brokers of the topic must run.
    /// </summary>
    public async Task<IReadOnlyList<ReadBackMessage>> ReadAllAsync(string topic)
    {
        IReadOnlyList<RocketMqQueue> queues = await PublishQueuesAsync(topic).ConfigureAwait(false);
        Dictionary<RocketMqQueue, int> partitions = queues.Index().ToDictionary(queue => queue.Item, queue => queue.Index);
        return [.. (await ReadStoredAsync(topic).ConfigureAwait(false)).Select(message => message.ToReadBack(partitions[message.Queue]))];
    }

    /// <summary>The same with everything the brokers tell about each message.</summary>
    public async Task<IReadOnlyList<RocketMqStoredMessage>> ReadStoredAsync(string topic)
    {
        var messages = new List<RocketMqStoredMessage>();
        IReadOnlyList<RocketMqQueue> queues = await PublishQueuesAsync(topic).ConfigureAwait(false);
        foreach (IGrouping<string, RocketMqQueue> own in queues.GroupBy(queue => queue.Broker))
        {
            RocketMqBroker broker = Brokers.Single(candidate => candidate.Name == own.Key);
            messages.AddRange(await RocketMqTopicReader.ReadAsync(broker, topic, own.Select(queue => queue.Id)).ConfigureAwait(false));
        }

        return messages;
    }

    /// <summary>How many messages the brokers have stored for a topic until now, without reading them. All its brokers must run.</summary>
    public async Task<long> CountStoredAsync(string topic)
    {
        long count = 0;
        IReadOnlyList<RocketMqQueue> queues = await PublishQueuesAsync(topic).ConfigureAwait(false);
        foreach (IGrouping<string, RocketMqQueue> own in queues.GroupBy(queue => queue.Broker))
        {
            RocketMqBroker broker = Brokers.Single(candidate => candidate.Name == own.Key);
            count += await RocketMqTopicReader.CountAsync(broker, topic, own.Select(queue => queue.Id)).ConfigureAwait(false);
        }

        return count;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (RocketMqBroker broker in Brokers)
        {
            await broker.Process.DisposeAsync().ConfigureAwait(false);
        }

        await NameServer.DisposeAsync().ConfigureAwait(false);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static async Task<bool> AnswersAsync(string address, int code, params (string Name, string Value)[] fields) =>
        await TryCallAsync(address, code, fields).ConfigureAwait(false) is { Code: 0 };

    private static async Task<RemotingReply?> TryCallAsync(string address, int code, params (string Name, string Value)[] fields)
    {
        try
        {
            using RemotingClient client = await RemotingClient.ConnectAsync(address).ConfigureAwait(false);
            client.AnswerLimit = ProbeLimit;
            return await client.CallAsync(code, default, fields).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SocketException or IOException or OperationCanceledException)
        {
            return null;
        }
    }

    private async Task WaitForRouteAsync(string topic, Func<JsonNode, bool> isRight)
    {
        using var limit = new CancellationTokenSource(RouteLimit);
        while (!await IsRoutedAsync().ConfigureAwait(false))
        {
            await Task.Delay(PollInterval, limit.Token).ConfigureAwait(false);
        }

        async Task<bool> IsRoutedAsync()
        {
            JsonArray? queues = (await RouteAsync(topic).ConfigureAwait(false))?["queueDatas"]?.AsArray();
            return queues is not null
                && Brokers.All(broker => queues.Any(queue => (string?)queue!["brokerName"] == broker.Name && isRight(queue)));
        }
    }

    private RocketMqBroker CreateBroker(string name, string[] settings)
    {
        BrokerProcess? process = null;
        process = new BrokerProcess(
            $"broker{Version}",
            4,
            2,
            [NameServerAddress],
            [.. OwnSettings, .. settings],
            new Dictionary<string, string> { ["BROKER_NAME"] = name, ["CLUSTER"] = Name },
            () => ServesAsync(name, process!.Address));
        return new RocketMqBroker(name, process);
    }

    // It answers for itself, if only that it wants credentials, and the name server tells producers of it.
    private async Task<bool> ServesAsync(string name, string address) =>
        await TryCallAsync(address, GetMaxOffset, ("topic", "TBW102"), ("queueId", "0")).ConfigureAwait(false) is { } reply
        && (reply.Code is 0 or NoPermission || reply.Remark?.Contains("accessKey", StringComparison.OrdinalIgnoreCase) == true)
        && await TryCallAsync(NameServerAddress, GetClusterInfo).ConfigureAwait(false) is { Code: 0 } info
        && Encoding.UTF8.GetString(info.Body).Contains($"\"brokerName\":\"{name}\"", StringComparison.Ordinal);
}
