using System.Diagnostics;
using Ddmq.Storage.RocketMq.NameServers;
using Ddmq.Storage.RocketMq.Remoting;
using Ddmq.Storage.RocketMq.Sending;

namespace Ddmq.Storage.RocketMq.Inspection;

/// <summary>
/// Asks the servers of a cluster what an operator wants to know before messages go there, with the settings that
/// <see cref="RocketMqStore"/> would use: every name server, not only the first that answers, and every broker by the address that
/// producers are told. It writes nothing and creates no topic. Thread-safe.
/// </summary>
public static class RocketMqInspector
{
    private const int QuestionsAtATime = 32;

    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromMilliseconds(200);

    /// <summary>Asks. Whatever the servers do is in the answer.</summary>
    /// <param name="options">How the cluster is reached.</param>
    /// <param name="topics">The topics of interest.</param>
    /// <param name="limit">How long each server may take for an answer.</param>
    /// <param name="time">The clock that brokers' clocks are compared with.</param>
    /// <exception cref="ArgumentException">Settings that cannot be.</exception>
    public static async Task<RocketMqInspection> InspectAsync(
        RocketMqStoreOptions options, IReadOnlyList<string> topics, TimeSpan limit, TimeProvider time)
    {
        if (options.Errors() is { Count: > 0 } errors)
        {
            throw new ArgumentException(string.Join(" ", errors), nameof(options));
        }

        // Brokers read every encoding too. A connection that is being made cannot be given up before its own time.
        ConnectionOptions connection = RocketMqStore.ConnectionOptionsOf(options) with { Encoding = HeaderEncoding.Json, ConnectTimeout = limit };
        NameServerInspection[] nameServers = await Task.WhenAll(
            options.NameServers.Select(address => AskNameServerAsync(address, connection, limit, time))).ConfigureAwait(false);
        string? answering = nameServers.FirstOrDefault(each => each.Failure is null)?.Address;
        Task<BrokerInspection[]> brokers = Task.WhenAll(nameServers
            .SelectMany(each => each.Masters)
            .DistinctBy(master => master.Key, StringComparer.Ordinal)
            .OrderBy(master => master.Key, StringComparer.Ordinal)
            .Select(master => AskBrokerAsync(master.Key, master.Value, connection, limit, time)));
        (IReadOnlyList<RocketMqTopicInspection> found, IReadOnlyList<string> creating) = answering is null
            ? ([], [])
            : await AskForRoutesAsync(answering, topics, connection, limit, time).ConfigureAwait(false);
        return new RocketMqInspection(nameServers, await brokers.ConfigureAwait(false), found, creating);
    }

    private static async Task<NameServerInspection> AskNameServerAsync(
        string text, ConnectionOptions connection, TimeSpan limit, TimeProvider time)
    {
        var call = new RemotingCall(RequestCode.GetClusterInfo, []);
        (RemotingReply reply, TimeSpan elapsed) = await AskAsync(text, call, connection, limit, time).ConfigureAwait(false);
        IReadOnlyDictionary<string, string?>? brokers = reply.Code == ResponseCode.Success ? ClusterInfoJson.TryParse(reply.Body) : null;
        string? failure =
            reply.Code == ResponseCode.Success ? brokers is null ? "it sent a list of brokers that cannot be read" : null
            : reply.IsAnswered ? $"it answered {reply.Code}: {reply.Text}"
            : reply.Text ?? "no answer";
        return new NameServerInspection(
            text,
            failure,
            elapsed,
            brokers?.Where(broker => broker.Value is not null).ToDictionary(broker => broker.Key, broker => broker.Value!) ?? [],
            [.. brokers?.Where(broker => broker.Value is null).Select(broker => broker.Key) ?? []]);
    }

    private static async Task<BrokerInspection> AskBrokerAsync(
        string name, string address, ConnectionOptions connection, TimeSpan limit, TimeProvider time)
    {
        (RemotingReply reply, TimeSpan elapsed) = await AskAsync(address, RuntimeInfo(), connection, limit, time).ConfigureAwait(false);

        // In its first second a broker has no statistics to tell, and answers with the exception that comes of it.
        long began = Stopwatch.GetTimestamp();
        TimeSpan patience = limit < LongestStart ? limit : LongestStart;
        while (reply.Code == ResponseCode.SystemError && Stopwatch.GetElapsedTime(began) < patience)
        {
            await Task.Delay(BetweenQuestions, time).ConfigureAwait(false);
            (reply, elapsed) = await AskAsync(address, RuntimeInfo(), connection, limit, time).ConfigureAwait(false);
        }

        (string? version, DateTimeOffset? clock) = reply.Code == ResponseCode.Success ? RuntimeInfoJson.Parse(reply.Body) : default;
        return new BrokerInspection(
            name,
            address,
            reply.IsAnswered,
            reply.Code == ResponseCode.Success ? null : reply.IsAnswered ? $"it answered {reply.Code}: {reply.Text}" : reply.Text ?? "no answer",
            elapsed,
            version,
            clock - time.GetUtcNow());
    }

    private static RemotingCall RuntimeInfo() => new(RequestCode.GetBrokerRuntimeInfo, []);

    private static async Task<(IReadOnlyList<RocketMqTopicInspection> Topics, IReadOnlyList<string> Creating)> AskForRoutesAsync(
        string nameServer, IReadOnlyList<string> topics, ConnectionOptions connection, TimeSpan limit, TimeProvider time)
    {
        var link = new NameServerLink(Address(nameServer)!, connection, time);
        try
        {
            RouteData? template = (await RouteAsync(SendHeader.TemplateTopic).ConfigureAwait(false)).Route;
            var found = new RocketMqTopicInspection[topics.Count];
            await Parallel.ForAsync(0, topics.Count, new ParallelOptions { MaxDegreeOfParallelism = QuestionsAtATime }, async (i, _) =>
            {
                (RouteData? route, bool isKnown) = await RouteAsync(topics[i]).ConfigureAwait(false);
                found[i] = Describe(topics[i], isKnown, route);
            }).ConfigureAwait(false);
            return (found, [.. template?.TemplateList(1).Select(queue => queue.BrokerName) ?? []]);
        }
        finally
        {
            link.Close("done");
            await link.Ended.ConfigureAwait(false);
        }

        async Task<(RouteData? Route, bool IsKnown)> RouteAsync(string topic)
        {
            RemotingReply reply = await link.CallAsync(new RemotingCall(RequestCode.GetRoute, [], ("topic", topic)), limit).ConfigureAwait(false);
            return (reply.Code == ResponseCode.Success ? RouteJson.TryParse(reply.Body) : null, reply.Code != ResponseCode.TopicNotExist);
        }
    }

    private static RocketMqTopicInspection Describe(string topic, bool isKnown, RouteData? route) => new(
        topic,
        isKnown,
        route?.PublishList().Count ?? 0,
        [.. route?.Queues.Where(queues => !queues.IsWritable).Select(queues => queues.BrokerName) ?? []],
        [.. route?.Queues.Select(queues => queues.BrokerName).Where(name => !route.Masters.ContainsKey(name)) ?? []]);

    private static async Task<(RemotingReply Reply, TimeSpan Elapsed)> AskAsync(
        string text, RemotingCall call, ConnectionOptions connection, TimeSpan limit, TimeProvider time)
    {
        if (Address(text) is not { } address)
        {
            return (new RemotingReply(-1, [], "the address is not host:port"), TimeSpan.Zero);
        }

        long began = Stopwatch.GetTimestamp();
        var link = new NameServerLink(address, connection, time);
        try
        {
            RemotingReply reply = await link.CallAsync(call, limit).ConfigureAwait(false);
            return (reply, Stopwatch.GetElapsedTime(began));
        }
        finally
        {
            link.Close("done");
            await link.Ended.ConfigureAwait(false);
        }
    }

    private static RemotingAddress? Address(string text) => RemotingAddress.TryParse(text, out RemotingAddress? address) ? address : null;
}
