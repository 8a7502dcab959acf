using Ddmq.Core.Diagnostics;
using Ddmq.Storage.RocketMq.Brokers;
using Ddmq.Storage.RocketMq.NameServers;
using Ddmq.Storage.RocketMq.Sending;
using Microsoft.Extensions.Logging;

namespace Ddmq.Storage.RocketMq;

/// <summary>
/// What a store does by the clock: gives up what has waited too long (each tick, while there are messages), compares brokers, refreshes
/// routes, sends heartbeats, forgets brokers. Thread-safe.
/// </summary>
internal sealed partial class Background : IAsyncDisposable
{
    /// <summary>Deadlines of messages that wait are kept to the next tick.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    // A timer that is started and stopped around every message costs more than a hundred idle ticks.
    private const int IdleTicksBeforePause = 100;
    private const int TicksPerSlowTick = 25;
    private static readonly TimeSpan StalePoll = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RetirePoll = TimeSpan.FromSeconds(15);

    private readonly SendContext _context;
    private readonly TopicTable _topics;
    private readonly BrokerTable _brokers;
    private readonly CancellationToken _stopping;
    private readonly ITimer _timer;
    private readonly Task[] _loops;
    private int _ticking;
    private int _inTick;
    private int _idleTicks;
    private int _ticks;

    public Background(SendContext context, TopicTable topics, BrokerTable brokers, CancellationToken stopping)
    {
        _context = context;
        _topics = topics;
        _brokers = brokers;
        _stopping = stopping;
        _timer = context.Time.CreateTimer(
            static background => ((Background)background!).OnTick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
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

    /// <summary>There are messages: deadlines must be watched.</summary>
    public void Watch()
    {
        if (Volatile.Read(ref _ticking) == 0 && Interlocked.Exchange(ref _ticking, 1) == 0)
        {
            _timer.Change(Tick, Tick);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_loops).ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
    }

    private void OnTick()
    {
        // A tick that takes longer than the pause meets the next one.
        if (Interlocked.Exchange(ref _inTick, 1) == 1)
        {
            return;
        }

        try
        {
            Sweep();
        }
        catch (Exception exception)
        {
            Log.Unexpected(_context.Logger, exception);
        }
        finally
        {
            Volatile.Write(ref _inTick, 0);
        }
    }

    private void Sweep()
    {
        long now = _context.Time.GetTimestamp();
        bool isSlowTick = ++_ticks % TicksPerSlowTick == 0;
        foreach (TopicState topic in _topics.All)
        {
            topic.Sweep(now);
        }

        foreach (BrokerClient broker in _brokers.All)
        {
            broker.Sweep(now, isSlowTick);
            broker.MultiTopicLane?.Sweep(now);
        }

        if (isSlowTick)
        {
            _brokers.CompareHealth();
        }

        _idleTicks = _context.Outstanding == 0 ? _idleTicks + 1 : 0;
        if (_idleTicks > IdleTicksBeforePause)
        {
            _idleTicks = 0;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            Volatile.Write(ref _ticking, 0);

            // A message that came before the line above saw the timer as running.
            Interlocked.MemoryBarrier();
            if (_context.Outstanding > 0)
            {
                Watch();
            }
        }
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
