using Ddmq.Core.Diagnostics;
using Ddmq.Storage.Kafka.Clients;
using Ddmq.Storage.Kafka.Sending;
using Microsoft.Extensions.Logging;

namespace Ddmq.Storage.Kafka.Metadata;

/// <summary>
/// Asks the cluster for the topics' partitions: one thread, one question at a time, so that no sender ever waits for an answer. Topics
/// nobody has asked about come first by being due at once; known ones are asked about again when their time comes. While the cluster is
/// in trouble it is asked every second, so that the trouble's end is seen without traffic. Thread-safe.
/// </summary>
internal sealed partial class MetadataLoop : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly KafkaStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly ClusterTrouble _trouble;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly PriorityQueue<KafkaTopic, long> _due = new();
    private readonly List<(KafkaTopic? Topic, TaskCompletionSource<bool> Done)> _warmUps = [];
    private readonly AutoResetEvent _wake = new(false);
    private readonly ITimer _timer;
    private readonly Thread _thread;
    private IKafkaClients _clients = null!;
    private long _pausedUntil;
    private TimeSpan _pause;
    private bool _stopped;

    public MetadataLoop(KafkaStoreOptions options, TimeProvider time, ClusterTrouble trouble, ILogger logger)
    {
        _options = options;
        _time = time;
        _trouble = trouble;
        _logger = logger;
        _timer = time.CreateTimer(static wake => ((AutoResetEvent)wake!).Set(), _wake, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _thread = new Thread(Run) { Name = "kafka-metadata", IsBackground = true };
    }

    /// <summary>Begins; questions from before it wait.</summary>
    public void Start(IKafkaClients clients)
    {
        _clients = clients;
        _thread.Start();
    }

    /// <summary>Asks about the topic as soon as possible, unless that is to happen anyway.</summary>
    public void Ask(KafkaTopic topic)
    {
        lock (_lock)
        {
            long now = _time.GetTimestamp();
            if (topic.AskAt is { } at && at <= now)
            {
                return;
            }

            // A topic that may be in the making is asked about in its own rhythm.
            if (topic.AskAt is { } next && _time.GetElapsedTime(now, next) <= TopicLookup.Again)
            {
                return;
            }

            Schedule(topic, now);
        }

        _wake.Set();
    }

    /// <summary>
    /// Asks about these topics now and completes when each has been answered: true, or when no broker answers: false. Without topics it
    /// asks whether any broker answers.
    /// </summary>
    public async Task<bool> WarmUpAsync(IReadOnlyCollection<KafkaTopic> topics, CancellationToken cancellation)
    {
        List<Task<bool>> answers = [];
        lock (_lock)
        {
            if (_stopped)
            {
                return false;
            }

            long now = _time.GetTimestamp();
            foreach (KafkaTopic? topic in topics.DefaultIfEmpty<KafkaTopic?>(null))
            {
                var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
                answers.Add(done.Task);
                _warmUps.Add((topic, done));
                if (topic is not null)
                {
                    Schedule(topic, now);
                }
            }
        }

        _wake.Set();
        bool[] reached = await Task.WhenAll(answers).WaitAsync(cancellation).ConfigureAwait(false);
        return reached.All(answer => answer);
    }

    /// <summary>The cluster has got into trouble: look for its end.</summary>
    public void LookAgain() => _wake.Set();

    /// <summary>Stops asking. Blocks until a question under way is over.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_stopped)
            {
                return;
            }

            _stopped = true;
            EndWarmUps(null, false);
        }

        _wake.Set();
        if (_thread.IsAlive && Thread.CurrentThread != _thread)
        {
            _thread.Join();
        }

        _timer.Dispose();
    }

    // Under the lock. An older entry of the topic stays in the queue and is passed over.
    private void Schedule(KafkaTopic topic, long at)
    {
        topic.AskAt = at;
        _due.Enqueue(topic, at);
    }

    private void Run()
    {
        while (true)
        {
            _wake.WaitOne();
            try
            {
                while (NextQuestion(out KafkaTopic? topic))
                {
                    Answer(topic, _clients.Ask(topic?.Name, _options.MetadataFetchTimeout));
                }
            }
            catch (Exception exception)
            {
                Log.Unexpected(_logger, exception);
                Pause();
            }

            lock (_lock)
            {
                if (_stopped)
                {
                    return;
                }
            }
        }
    }

    /// <summary>What to ask now; false when there is nothing, with the timer set for what comes next.</summary>
    private bool NextQuestion(out KafkaTopic? topic)
    {
        topic = null;
        lock (_lock)
        {
            if (_stopped)
            {
                return false;
            }

            long now = _time.GetTimestamp();
            if (_pausedUntil > now)
            {
                Wake(now, _pausedUntil);
                return false;
            }

            while (_due.TryPeek(out KafkaTopic? next, out long at))
            {
                if (next.AskAt != at)
                {
                    _due.Dequeue();
                    continue;
                }

                if (at > now)
                {
                    break;
                }

                _due.Dequeue();
                next.AskAt = null;
                topic = next;
                return true;
            }

            if (_warmUps.Exists(waiting => waiting.Topic is null) || _trouble.IsUnreachable)
            {
                return true;
            }

            if (_due.TryPeek(out _, out long later))
            {
                Wake(now, later);
            }

            return false;
        }
    }

    private void Wake(long now, long at) =>
        _timer.Change(_time.GetElapsedTime(now, at) + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);

    private void Answer(KafkaTopic? topic, MetadataReply reply)
    {
        long? next = topic?.Apply(reply);
        bool failed = reply.Answer == MetadataAnswer.Failed;
        if (failed)
        {
            _trouble.Unreachable(KafkaErrors.TextOf(reply.Code));
            Pause();
        }
        else
        {
            _pause = TimeSpan.Zero;
            _trouble.Reached();
        }

        lock (_lock)
        {
            // Somebody may have asked again while the answer was under way.
            if (topic is { AskAt: null } && next is { } at)
            {
                Schedule(topic, at);
            }

            if (failed)
            {
                EndWarmUps(null, false);
            }
            else if (topic is null || topic.IsSettled || reply.Answer == MetadataAnswer.NotReady)
            {
                EndWarmUps(waiting => ReferenceEquals(waiting, topic), true);
            }
        }
    }

    // Only the loop's thread pauses.
    private void Pause()
    {
        _pause = _pause == TimeSpan.Zero ? FirstPause : _pause * 2;
        _pause = _pause > LongestPause ? LongestPause : _pause;
        lock (_lock)
        {
            long now = _time.GetTimestamp();
            _pausedUntil = now + (long)(_pause.TotalSeconds * _time.TimestampFrequency);
            Wake(now, _pausedUntil);
        }
    }

    // Under the lock.
    private void EndWarmUps(Predicate<KafkaTopic?>? which, bool reached)
    {
        for (int i = _warmUps.Count - 1; i >= 0; i--)
        {
            if (which is null || which(_warmUps[i].Topic))
            {
                _warmUps[i].Done.TrySetResult(reached);
                _warmUps.RemoveAt(i);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            EventIds.Store + 300, LogLevel.Error, "Unexpected exception while asking Kafka for metadata; it will be tried again")]
        public static partial void Unexpected(ILogger logger, Exception exception);
    }
}
