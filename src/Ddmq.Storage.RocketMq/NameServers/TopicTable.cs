using System.Collections.Concurrent;
using System.Text;
using Ddmq.Core.Diagnostics;
using Ddmq.Core.Topics;
using Ddmq.Storage.RocketMq.Brokers;
using Ddmq.Storage.RocketMq.Remoting;
using Ddmq.Storage.RocketMq.Sending;
using Microsoft.Extensions.Logging;

namespace Ddmq.Storage.RocketMq.NameServers;

/// <summary>
/// Every topic that was sent to, and the fetching of routes: the first one when the first message comes, then all on schedule, and those that
/// an error called stale soon. Thread-safe.
/// </summary>
internal sealed partial class TopicTable
{
    /// <summary>How long a topic that nobody knows is refused without asking again.</summary>
    public static readonly TimeSpan ForgetUnknown = TimeSpan.FromSeconds(1);

    private const int ParallelRefreshes = 32;
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AskAgainAtMost = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<byte[], TopicState> _topics = new(Utf8NameComparer.Instance);
    private readonly ConcurrentDictionary<byte[], TopicState>.AlternateLookup<ReadOnlySpan<byte>> _byName;
    private readonly SendContext _context;
    private readonly NameServerPool _nameServers;
    private readonly BrokerTable _brokers;
    private readonly Dispatcher _dispatcher;
    private readonly CancellationToken _stopping;

    public TopicTable(SendContext context, NameServerPool nameServers, BrokerTable brokers, CancellationToken stopping)
    {
        _context = context;
        _nameServers = nameServers;
        _brokers = brokers;
        _stopping = stopping;
        _dispatcher = new Dispatcher(context);
        _byName = _topics.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>Every topic that was asked for.</summary>
    public IEnumerable<TopicState> All => _topics.Select(pair => pair.Value);

    /// <summary>The topic of that name, new when it was not asked for before.</summary>
    public TopicState Find(ReadOnlySpan<byte> utf8Name) => _byName.TryGetValue(utf8Name, out TopicState? topic)
        ? topic
        : _topics.GetOrAdd(
            utf8Name.ToArray(), name => new TopicState(Encoding.UTF8.GetString(name), _context, _dispatcher, FetchUntilAnsweredAsync));

    /// <summary>Fetches every topic's route once.</summary>
    public Task RefreshAllAsync() => RefreshAsync(All);

    /// <summary>Fetches the routes that an error called stale.</summary>
    public Task RefreshStaleAsync() => RefreshAsync(All.Where(topic => topic.TakeRefreshWanted()));

    /// <summary>Fetches a topic's route once, unless that is under way.</summary>
    /// <returns>Whether a name server answered.</returns>
    public async Task<bool> FetchAsync(TopicState topic)
    {
        RouteAnswer answer = await _nameServers.QueryAsync(topic.Name).ConfigureAwait(false);
        bool isTemplate = false;
        if (answer.IsUnknown && topic.Route is null or { IsTemplate: true } && _context.Options.AutoCreateTopics)
        {
            answer = await _nameServers.QueryAsync(SendHeader.TemplateTopic).ConfigureAwait(false);
            isTemplate = true;
        }

        _context.Counters.RouteAsked(answer.Route is not null || answer.IsUnknown);
        if (answer.Route is { } route)
        {
            // Most refreshes bring what is known.
            if (topic.Route is null || !answer.Raw.AsSpan().SequenceEqual(topic.LastAnswer) || isTemplate != topic.Route.IsTemplate)
            {
                topic.LastAnswer = answer.Raw;
                topic.Publish(Build(topic.Name, route, isTemplate));
            }

            return true;
        }

        if (answer.IsUnknown)
        {
            topic.Unknown(ForgetUnknown);
            return true;
        }

        return false;
    }

    private async Task FetchUntilAnsweredAsync(TopicState topic)
    {
        TimeSpan pause = AskAgain;
        try
        {
            while (!await FetchAsync(topic).ConfigureAwait(false) && topic.NotAnswered())
            {
                await Task.Delay(pause, _context.Time, _stopping).ConfigureAwait(false);
                pause = pause * 2 < AskAgainAtMost ? pause * 2 : AskAgainAtMost;
            }
        }
        catch (OperationCanceledException)
        {
            // The store stops and answers what waits.
        }
        catch (Exception exception)
        {
            Log.Unexpected(_context.Logger, exception, topic.Name);
            topic.AskingFailed();
        }
    }

    private async Task RefreshAsync(IEnumerable<TopicState> topics) => await Parallel.ForEachAsync(
        topics,
        new ParallelOptions { MaxDegreeOfParallelism = ParallelRefreshes, CancellationToken = _stopping },
        async (topic, _) =>
        {
            if (!await FetchAsync(topic).ConfigureAwait(false))
            {
                topic.NotAnswered();
            }
        }).ConfigureAwait(false);

    private TopicRoute Build(string topic, RouteData route, bool isTemplate)
    {
        int newQueues = _context.Options.DefaultTopicQueueNums;
        IReadOnlyList<(string BrokerName, int QueueId)> list = isTemplate ? route.TemplateList(newQueues) : route.PublishList();
        var queues = new PublishQueue[list.Count];
        var description = new StringBuilder(isTemplate ? "template" : route.IsOrdered ? "ordered" : "plain");
        for (int i = 0; i < queues.Length; i++)
        {
            (string broker, int queueId) = list[i];
            route.Masters.TryGetValue(broker, out string? address);
            BrokerClient? client = address is null ? null : _brokers.Find(broker, address, queueId);
            queues[i] = new PublishQueue(
                i,
                broker,
                queueId,
                client,
                SendHeader.Constants(_context.Options.HeaderEncoding, _context.ProducerGroup, topic, newQueues, queueId));
            description.Append('|').Append(broker).Append('@').Append(address).Append('#').Append(queueId);
        }

        bool hasSeveralBrokers = list.Any(queue => queue.BrokerName != list[0].BrokerName);
        return new TopicRoute(queues, route.IsOrdered && !isTemplate, isTemplate, hasSeveralBrokers, description.ToString());
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Store + 620, LogLevel.Error, "Unexpected exception while fetching the route of RocketMQ topic {Topic}")]
        public static partial void Unexpected(ILogger logger, Exception exception, string topic);
    }
}
