using System.Collections.Concurrent;
using Ddmq.Core.Diagnostics;
using Ddmq.Core.Messages;
using Ddmq.Core.Topics;
using Microsoft.Extensions.Logging;

namespace Ddmq.Core.Spooling;

/// <summary>
/// Takes one cluster's messages out of the spool, in the order of <see cref="DeliveryTurns"/>. One loop does everything but the sending itself,
/// which completes on the store's threads and is handed back to the loop, so that nothing here needs a lock.
/// </summary>
internal sealed partial class ClusterDelivery
{
    private const int ReadMessages = 32;
    private const long ReadBytes = 64 * 1024;

    private static readonly TimeSpan AgeLook = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    // Stores keep to their deadlines; one that does not must not hold up its lane for ever.
    private static readonly TimeSpan StoreGrace = TimeSpan.FromSeconds(1);

    private readonly SpoolDelivery _owner;
    private readonly Cluster _cluster;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly DeliveryTurns _turns;
    private readonly ConcurrentQueue<SpoolLane> _added = new();
    private readonly ConcurrentQueue<(LaneDelivery Lane, SendResult Result)> _completed = new();
    private readonly SemaphoreSlim _signal = new(0);
    private readonly ITimer _timer;
    private readonly Task _running;
    private int _isSignalled;
    private volatile bool _worked;
    private volatile bool _isStopping;
    private int _inFlight;
    private long _agesLooked;

    public ClusterDelivery(SpoolDelivery owner, Cluster cluster, TimeProvider time, ILogger logger)
    {
        _owner = owner;
        _cluster = cluster;
        _time = time;
        _logger = logger;
        _turns = new DeliveryTurns(time);
        _agesLooked = time.GetTimestamp();
        _timer = time.CreateTimer(static delivery => ((ClusterDelivery)delivery!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _running = Task.Run(RunAsync);
    }

    /// <summary>Messages on their way to the cluster.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    private bool IsInTrouble => _cluster.Store is not { Trouble: null };

    /// <summary>A lane has got something to deliver. Any thread.</summary>
    public void Added(SpoolLane lane)
    {
        _added.Enqueue(lane);
        Wake();
    }

    /// <summary>The cluster has just stored a message: what waits for its next attempt need wait no longer. Any thread.</summary>
    public void Worked()
    {
        if (_turns.Waiting > 0)
        {
            _worked = true;
            Wake();
        }
    }

    /// <summary>Sends nothing more, and completes when nothing is on its way.</summary>
    public async Task StopAsync()
    {
        _isStopping = true;
        Wake();
        await _running.ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
    }

    private void Wake()
    {
        if (Interlocked.Exchange(ref _isSignalled, 1) == 0)
        {
            _signal.Release();
        }
    }

    private async Task RunAsync()
    {
        while (!_isStopping || _inFlight > 0)
        {
            await _signal.WaitAsync().ConfigureAwait(false);
            Volatile.Write(ref _isSignalled, 0);
            try
            {
                Work();
            }
            catch (Exception exception)
            {
                // A bug of ours: what is in the spool stays there, and the loop goes on with the others.
                Log.Failed(_logger, exception, _cluster.Name);
                _timer.Change(AfterFailure, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Work()
    {
        while (_completed.TryDequeue(out (LaneDelivery Lane, SendResult Result) completed))
        {
            Volatile.Write(ref _inFlight, _inFlight - 1);
            Complete(completed.Lane, completed.Result);
        }

        while (_added.TryDequeue(out SpoolLane? lane))
        {
            _turns.Add(lane);
        }

        if (_isStopping)
        {
            return;
        }

        _owner.Spool.LookAgain();
        LookAtAges();
        bool worked = _worked;
        _worked = false;
        _turns.TryAgain(worked, IsInTrouble);
        while (_inFlight < _owner.Spool.Settings.MaxInFlight && _turns.TryTake(out LaneDelivery? lane))
        {
            Send(lane);
        }

        TimeSpan wait = _turns.UntilNext();
        _timer.Change(wait > AgeLook ? AgeLook : wait, Timeout.InfiniteTimeSpan);
    }

    private void Send(LaneDelivery lane)
    {
        SpooledMessage? message = Peek(lane, out string? failure);
        if (failure is not null)
        {
            Fail(lane, SendResult.Failed(SendStatus.Unknown, Stored.No, failure));
        }
        else if (message is null)
        {
            _turns.End(lane);
        }
        else if (FindDrop(message) is not { } reason)
        {
            Start(lane, message);
        }
        else if (TryDrop(lane, reason, null))
        {
            _turns.GoOn(lane); // the next one when others have had their turn
        }
    }

    /// <summary>The lane's first entry, read from the disk when it has to be; null when the lane is empty, or cannot be read.</summary>
    private SpooledMessage? Peek(LaneDelivery lane, out string? failure)
    {
        failure = null;
        if (lane.Read.Count == 0)
        {
            try
            {
                foreach (SpooledMessage message in _owner.Spool.Read(lane.Lane, ReadMessages, ReadBytes))
                {
                    lane.Read.Enqueue(message);
                }
            }
            catch (SpoolException exception)
            {
                failure = exception.Message;
            }
        }

        return lane.Read.TryPeek(out SpooledMessage? first) ? first : null;
    }

    private SpoolDropReason? FindDrop(SpooledMessage message) =>
        message.Damage is not null ? SpoolDropReason.Damaged
        : _time.GetUtcNow().ToUnixTimeMilliseconds() - message.SpooledUnixMs > _owner.Spool.Settings.MaxAge.TotalMilliseconds ? SpoolDropReason.Aged
        : null;

    /// <summary>What waits for its cluster grows old without being tried.</summary>
    private void LookAtAges()
    {
        if (_time.GetElapsedTime(_agesLooked) >= AgeLook)
        {
            _agesLooked = _time.GetTimestamp();
            _turns.Take(lane => Peek(lane, out _) is { } first && FindDrop(first) is not null);
        }
    }

    private void Start(LaneDelivery lane, SpooledMessage message)
    {
        if (_owner.Prepare(message.Request, lane.Queue.Queue.Name, _cluster) is { } reason)
        {
            Fail(lane, SendResult.Refused(SendStatus.NoProducerForCluster, reason));
            return;
        }

        Volatile.Write(ref _inFlight, _inFlight + 1);
        _ = SendAsync(lane, message.Request);
    }

    private async Task SendAsync(LaneDelivery lane, SendRequest request)
    {
        SendResult result;
        try
        {
            ValueTask<SendResult> sending = _cluster.Store?.SendAsync(request) ?? new(SendResult.Refused(SendStatus.NoProducerForCluster));
            result = sending.IsCompleted
                ? await sending.ConfigureAwait(false)
                : await sending.AsTask().WaitAsync(_owner.Spool.Settings.AttemptTimeout + StoreGrace, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            lane.IsFirstHeld = true;
            result = SendResult.Failed(
                SendStatus.Timeout, Stored.Unknown, $"no answer from cluster {_cluster.Name} within {_owner.Spool.Settings.AttemptTimeout.TotalMilliseconds} ms");
        }
        catch (Exception exception)
        {
            Log.StoreThrew(_logger, exception, _cluster.Name);
            result = SendResult.InternalError(Stored.Unknown);
        }

        _completed.Enqueue((lane, result));
        Wake();
    }

    private void Complete(LaneDelivery lane, SendResult result)
    {
        lane.RenewFirstIfHeld();
        SpooledMessage message = lane.Read.Peek();
        if (result.Stored == Stored.Yes)
        {
            Succeed(lane, message);
        }
        else if (!SpoolOutcomes.IsFinal(result))
        {
            message.MayBeStored |= result.Stored == Stored.Unknown;
            message.Request.Attempt++;
            Fail(lane, result);
        }
        else if (TryDrop(lane, SpoolDropReason.Refused, result))
        {
            _turns.GoOn(lane); // the cluster has answered; the next one tells whether it stores
        }
    }

    private void Succeed(LaneDelivery lane, SpooledMessage message)
    {
        lane.Read.Dequeue();
        bool hasMore = _owner.Spool.Delivered(lane.Lane, message, FollowerUnixMs(lane));
        if (_turns.Succeed(lane.Queue))
        {
            _owner.Spool.SetWaiting(lane.Queue.Queue, null);
            Log.Delivers(_logger, lane.Queue.Queue.Name);
        }

        if (hasMore)
        {
            _turns.GoOn(lane);
        }
        else
        {
            _turns.End(lane);
        }
    }

    private bool TryDrop(LaneDelivery lane, SpoolDropReason reason, SendResult? last)
    {
        SpooledMessage message = lane.Read.Peek();
        if (_owner.Drops.TryWrite(lane.Queue.Queue.Name, message, reason, last) is { } failure)
        {
            // It stays, and is tried again later with everything behind it.
            Fail(lane, SendResult.Failed(SendStatus.Unknown, Stored.No, failure));
            return false;
        }

        lane.Read.Dequeue();
        _owner.Spool.Dropped(lane.Lane, message, FollowerUnixMs(lane), reason);
        return true;
    }

    private static long FollowerUnixMs(LaneDelivery lane) => lane.Read.TryPeek(out SpooledMessage? next) ? next.SpooledUnixMs : 0;

    private void Fail(LaneDelivery lane, in SendResult result)
    {
        int failures = _turns.Fail(lane, _owner.Delays(), IsInTrouble);
        if (failures > 0)
        {
            _owner.Spool.SetWaiting(lane.Queue.Queue, result.Detail ?? SendStatuses.Text(result.Status));
        }

        if (failures == 1)
        {
            Log.Waits(_logger, lane.Queue.Queue.Name, result.Detail);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Spool + 5, LogLevel.Warning, "The spool cannot deliver {Queue}, it tries again: {Reason}")]
        public static partial void Waits(ILogger logger, SpoolQueueName queue, string? reason);

        [LoggerMessage(EventIds.Spool + 6, LogLevel.Warning, "The spool delivers {Queue}")]
        public static partial void Delivers(ILogger logger, SpoolQueueName queue);

        [LoggerMessage(EventIds.Spool + 7, LogLevel.Error, "Delivery from the spool to cluster {Cluster} failed and will be tried again")]
        public static partial void Failed(ILogger logger, Exception exception, string cluster);

        [LoggerMessage(EventIds.Spool + 8, LogLevel.Error, "The store of cluster {Cluster} threw instead of answering")]
        public static partial void StoreThrew(ILogger logger, Exception exception, string cluster);
    }
}
