using Ddmq.Core.Diagnostics;
using Ddmq.Core.Pipeline;
using Ddmq.Storage.RocketMq.Brokers;
using Ddmq.Storage.RocketMq.NameServers;
using Ddmq.Storage.RocketMq.Sending;
using Microsoft.Extensions.Logging;

namespace Ddmq.Storage.RocketMq;

/// <summary>
/// What a store does by the clock: gives up what has waited too long (when the first may have), and while there are messages a few times a second what has
/// not been answered, and compares brokers; refreshes routes, sends heartbeats, forgets brokers. Thread-safe.
/// </summary>
internal sealed partial class Background : IAsyncDisposable
{
    // A timer that is set anew for every message costs more than some idle rounds.
    private const int IdleRoundsBeforePause = 4;
    private static readonly TimeSpan StalePoll = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RetirePoll = TimeSpan.FromSeconds(15);

    private readonly SendContext _context;
    private readonly TopicTable _topics;
    private readonly BrokerTable _brokers;
    private readonly CancellationToken _stopping;
    private readonly Task[] _loops;
    private int _isSweeping;
    private int _idleRounds;
    private long _nextRound = long.MinValue;

    public Background(SendContext context, TopicTable topics, BrokerTable brokers, CancellationToken stopping)
    {
        _context = context;
        _topics = topics;
        _brokers = brokers;
        _stopping = stopping;
        RocketMqStoreOptions options = context.Options;
        _loops =
        [
            RepeatAsync(options.PollNameServerInterval, topics.RefreshAllAsync),
            RepeatAsync(StalePoll, topics.RefreshStaleAsync),
            RepeatAsync(RetirePoll, RetireAsync),
            RepeatAsync(options.HeartbeatBrokerInterval, () =>
            {
                brokers.SendHeartbeats();
                return Task.CompletedTask;
            }),
        ];
    }

    /// <summary>Somebody may be due.</summary>
    public void OnDue()
    {
        // One at a time: it may take longer than the pause.
        if (Interlocked.Exchange(ref _isSweeping, 1) == 1)
        {
            _context.Due.At(_context.Time.GetTimestamp());
            return;
        }

        try
        {
            _context.Due.At(Sweep());
        }
        catch (Exception exception)
        {
            Log.Unexpected(_context.Logger, exception);
            _context.Due.At(_context.Time.GetTimestamp() + _context.RoundTicks);
        }
        finally
        {
            Volatile.Write(ref _isSweeping, 0);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_loops).ConfigureAwait(false);
        await _context.Due.DisposeAsync().ConfigureAwait(false);
    }

    // The next time somebody may be due. Places are looked at in the order in which messages go through them: none is passed on its way.
    private long Sweep()
    {
        long now = _context.Time.GetTimestamp();
        bool isRound = now >= _nextRound;
        long next = DueTimer.Never;
        foreach (TopicState topic in _topics.All)
        {
            next = Math.Min(next, topic.Sweep(now));
        }

        foreach (BrokerClient broker in _brokers.All)
        {
            next = Math.Min(next, broker.MultiTopicLane?.Sweep(now) ?? DueTimer.Never);
            next = Math.Min(next, broker.Sweep(now, isRound));
        }

        if (isRound)
        {
            _nextRound = now + _context.RoundTicks;
            _brokers.CompareHealth();
            _idleRounds = _context.Outstanding == 0 ? _idleRounds + 1 : 0;
        }

        if (_idleRounds < IdleRoundsBeforePause)
        {
            return Math.Min(next, _nextRound);
        }

        _idleRounds = 0;
        return next;
    }

    private Task RetireAsync() => _brokers.RetireUnusedAsync(
        _topics.All.SelectMany(topic => topic.Route?.Queues ?? []).Select(queue => queue.Client).OfType<BrokerClient>().ToHashSet());

    private async Task RepeatAsync(TimeSpan pause, Func<Task> work)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(pause, _context.Time, _stopping).ConfigureAwait(false);
                await work().ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception exception)
            {
                Log.Unexpected(_context.Logger, exception);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Store + 630, LogLevel.Error, "Unexpected exception in the background work of a RocketMQ store")]
        public static partial void Unexpected(ILogger logger, Exception exception);
    }
}
