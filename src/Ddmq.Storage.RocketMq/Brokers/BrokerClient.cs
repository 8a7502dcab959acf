using Ddmq.Core.Diagnostics;
using Ddmq.Storage.RocketMq.Remoting;
using Ddmq.Storage.RocketMq.Sending;
using Microsoft.Extensions.Logging;

namespace Ddmq.Storage.RocketMq.Brokers;

/// <summary>
/// One broker's master, by one connection at a time. A call goes out at once when the connection is open and the limit allows it;
/// otherwise it waits here, in order, until it is its turn or its deadline.
/// <code>
/// idle ──a call, or warm-up──► connecting ──► open ──connection ends──► idle (and at once connecting, when calls wait)
///   ▲                               │
///   └──── pause (100 ms to 5 s) ◄───┘ failed: waiting calls fail, further ones fail at once until the pause is over
/// </code>
/// Thread-safe.
/// </summary>
internal sealed partial class BrokerClient : IConnectionOwner
{
    private const int MaxResends = 3;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly RemotingAddress _address;
    private readonly SendContext _context;
    private readonly ConnectionOptions _connectionOptions;
    private readonly Action _routesAreStale;
    private readonly InFlightLimit _limit;
    private readonly Lock _lock = new();
    private CallQueue _waiting;
    private CallQueue _again;
    private RemotingConnection? _connection;
    private TaskCompletionSource<bool> _attempt = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isOpen;
    private bool _isStopped;
    private bool _isDown;
    private TimeSpan _pause;
    private long _connectNotBefore = long.MinValue;
    private string? _lastFailure;
    private volatile bool _wasFull;
    private long _busyAnswers;
    private long _served;

    /// <param name="name">The broker's name in the cluster.</param>
    /// <param name="address">Its master.</param>
    /// <param name="context">The store's.</param>
    /// <param name="connectionOptions">The store's.</param>
    /// <param name="routesAreStale">Called when the broker is lost.</param>
    public BrokerClient(
        string name, RemotingAddress address, SendContext context, ConnectionOptions connectionOptions, Action routesAreStale)
    {
        Name = name;
        _address = address;
        _context = context;
        _connectionOptions = connectionOptions;
        _routesAreStale = routesAreStale;
        _limit = new InFlightLimit(context.Options.MaxInFlightPerBroker, context.Time.TimestampFrequency);
        Health = new BrokerHealth(context.Time);
    }

    /// <summary>The broker's name in the cluster.</summary>
    public string Name { get; }

    /// <summary>How it does.</summary>
    public BrokerHealth Health { get; }

    /// <summary>Its lane for batches of several topics, where the broker is DDMQ's fork.</summary>
    public Lane? MultiTopicLane { get; set; }

    /// <summary>Whether the last attempt to connect failed.</summary>
    public bool IsDown => Volatile.Read(ref _isDown);

    /// <summary>When a route last named it, in ticks of the clock; for <see cref="BrokerTable"/>.</summary>
    public long LastUsed { get; set; }

    /// <summary>Why the last connection ended; null when it never did.</summary>
    public string? LastFailure => _lastFailure;

    /// <summary>A snapshot for the admin port.</summary>
    public BrokerStatus Status
    {
        get
        {
            lock (_lock)
            {
                return new BrokerStatus(
                    Name,
                    _address.ToString(),
                    _isOpen,
                    _connection?.InFlight ?? 0,
                    _limit.Current,
                    _waiting.Count + _again.Count,
                    Volatile.Read(ref _served),
                    Volatile.Read(ref _busyAnswers),
                    Health.Latency,
                    Health.IsGrey);
            }
        }
    }

    /// <summary>Sends a call, or lets it wait, or fails it. Never blocks on the network.</summary>
    public void Send(PendingCall call)
    {
        RemotingConnection? connection;
        CallFailure? failure = null;
        string? detail = null;
        lock (_lock)
        {
            connection = _connection;
            AppendResult appended = AppendResult.NotOpen;
            if (_waiting.Count > 0)
            {
                appended = AppendResult.LimitReached;
            }
            else if (_isOpen)
            {
                appended = connection!.TryAppend(call, _limit.Current);
            }

            if (appended == AppendResult.Appended)
            {
                // From here on the call is the connection's: it may already be answered.
                connection = _connection;
            }
            else
            {
                connection = null;
                failure = appended == AppendResult.BufferFull ? CallFailure.Full : Wait(call, appended == AppendResult.LimitReached, out detail);
            }
        }

        connection?.Flush();
        if (failure is { } reason)
        {
            call.Fail(reason, detail ?? (reason == CallFailure.Full ? $"more than {_context.Options.MaxWaiting} requests or {_context.Options.MaxOutgoingBytes} bytes wait for it" : null));
        }
    }

    /// <summary>
    /// Takes a call back that the broker was too busy for, if it has time for another try: it goes out with one of the next ticks, before what
    /// waits. Busy is flow control: the message keeps its queue, the limit has been lowered, and only when that does not help it goes elsewhere.
    /// </summary>
    /// <returns>False when the call is to be answered.</returns>
    public bool TrySendAgain(PendingCall call)
    {
        lock (_lock)
        {
            long now = _context.Time.GetTimestamp();
            if (_isStopped || call.Resends >= MaxResends || call.Deadline - now < now - call.SentTimestamp)
            {
                return false;
            }

            call.Resends++;
            _again.Add(call);
            return true;
        }
    }

    /// <summary>Connects if there is no connection. Completes when the attempt has ended, with whether there is one now.</summary>
    public Task<bool> ConnectAsync()
    {
        lock (_lock)
        {
            if (_isOpen)
            {
                return Task.FromResult(true);
            }

            if (_isStopped || (_connection is null && _context.Time.GetTimestamp() < _connectNotBefore))
            {
                return Task.FromResult(false);
            }

            Connect();
            return _attempt.Task;
        }
    }

    /// <summary>Gives up what has waited too long, here and on the connection.</summary>
    /// <param name="now">The time, in ticks.</param>
    /// <param name="alsoInFlight">Looking at what is in flight costs more and is not needed as often.</param>
    public void Sweep(long now, bool alsoInFlight)
    {
        CallQueue expired = default;
        RemotingConnection? connection;
        bool hasAgain;
        lock (_lock)
        {
            connection = _connection;
            hasAgain = _again.Count > 0;
            _waiting.AddFirst(ref _again);
            if (_waiting.Count > 0)
            {
                _waiting.MoveExpired(now, ref expired);
            }

            if (hasAgain && connection is null)
            {
                Connect();
            }
        }

        expired.FailAll(CallFailure.Expired, null);
        if (hasAgain && connection is not null)
        {
            Drain(connection);
        }

        if (alsoInFlight)
        {
            connection?.Sweep(now, _context.CallTimeoutTicks);
        }
    }

    /// <summary>Sends something that nobody under a limit waits for, if there is an open connection.</summary>
    /// <returns>Whether it was sent; otherwise the call is still the caller's.</returns>
    public bool TrySendNow(PendingCall call)
    {
        RemotingConnection? connection;
        lock (_lock)
        {
            connection = _isOpen ? _connection : null;
        }

        if (connection?.TryAppend(call, int.MaxValue) != AppendResult.Appended)
        {
            return false;
        }

        connection.Flush();
        return true;
    }

    /// <summary>Tells the broker that this producer lives, if there is an open connection. Nobody waits for the answer.</summary>
    public void SendHeartbeat() => TrySendNow(new RemotingCall(RequestCode.Heartbeat, _context.HeartbeatBody));

    /// <summary>Fails what waits and what comes; what is in flight goes on.</summary>
    public void StopTaking()
    {
        CallQueue waiting;
        lock (_lock)
        {
            _isStopped = true;
            _waiting.AddFirst(ref _again);
            waiting = _waiting;
            _waiting = default;
        }

        waiting.FailAll(CallFailure.StoppedUnsent, null);
    }

    /// <summary>Ends the connection; what is in flight is failed as unanswered.</summary>
    public async Task CloseAsync()
    {
        StopTaking();
        RemotingConnection? connection;
        lock (_lock)
        {
            connection = _connection;
        }

        if (connection is not null)
        {
            connection.Close("stopped", CallFailure.StoppedUnanswered);
            await connection.Ended.ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    void IConnectionOwner.Opened(RemotingConnection connection)
    {
        TaskCompletionSource<bool> attempt;
        lock (_lock)
        {
            _isOpen = true;
            attempt = _attempt;
        }

        // Its answer is also the proof that this is a broker.
        SendHeartbeat();
        attempt.TrySetResult(true);
        Drain(connection);
    }

    /// <inheritdoc/>
    void IConnectionOwner.Observed(int code, long elapsedTicks)
    {
        if (!RocketMqErrors.IsStored(code) && RocketMqErrors.OfCode(code).IsBrokersState)
        {
            Interlocked.Increment(ref _busyAnswers);
            _limit.Refused(_context.Time.GetTimestamp(), elapsedTicks);
            Health.Failed(isCertain: false);
        }
        else
        {
            Volatile.Write(ref _served, _served + 1);
            _limit.Served(elapsedTicks, _wasFull);
            Health.Served(elapsedTicks);
        }
    }

    /// <inheritdoc/>
    void IConnectionOwner.Replied(RemotingConnection connection)
    {
        if (_isDown)
        {
            Volatile.Write(ref _isDown, false);
            Log.Connected(_context.Logger, Name, _address.ToString());
        }

        Drain(connection);
    }

    /// <inheritdoc/>
    void IConnectionOwner.Closed(RemotingConnection connection, ConnectionEnd end)
    {
        CallQueue failed = default;
        TaskCompletionSource<bool> attempt;
        bool isNews;
        lock (_lock)
        {
            _connection = null;
            _isOpen = false;
            attempt = _attempt;
            _attempt = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _lastFailure = end.Reason;
            if (end.HasServed)
            {
                isNews = !_isStopped && !end.IsIdleClose;
                _pause = TimeSpan.Zero;
                _connectNotBefore = long.MinValue;
                if (_waiting.Count > 0 && !_isStopped)
                {
                    Connect();
                }
            }
            else
            {
                isNews = !_isStopped && !_isDown;
                _isDown = !_isStopped;
                _pause = _pause == TimeSpan.Zero ? FirstPause : _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
                _connectNotBefore = _context.Time.GetTimestamp() + _context.Ticks(_pause);
                failed = _waiting;
                _waiting = default;
            }
        }

        attempt.TrySetResult(false);
        if (isNews)
        {
            Log.Lost(_context.Logger, Name, _address.ToString(), end.Reason, end.FailedCalls);
        }

        if (!end.IsIdleClose)
        {
            Health.Failed(isCertain: true);
            _routesAreStale();
        }

        failed.FailAll(CallFailure.NotSent, end.Reason);
    }

    // Under the lock. Null when the call waits now.
    private CallFailure? Wait(PendingCall call, bool isFull, out string? detail)
    {
        detail = null;
        if (_isStopped)
        {
            return CallFailure.StoppedUnsent;
        }

        if (_waiting.Count >= _context.Options.MaxWaiting)
        {
            return CallFailure.Full;
        }

        if (_connection is null)
        {
            if (_context.Time.GetTimestamp() < _connectNotBefore)
            {
                detail = _lastFailure;
                return CallFailure.NotSent;
            }

            Connect();
        }

        _wasFull |= isFull;
        _waiting.Add(call);
        return null;
    }

    // Under the lock.
    private void Connect()
    {
        if (_connection is null)
        {
            _connection = new RemotingConnection(_address, _connectionOptions, this, _context.Time);
            _connection.Start();
        }
    }

    private void Drain(RemotingConnection connection)
    {
        CallQueue expired = default;
        bool hasAppended = false;
        lock (_lock)
        {
            if (_waiting.Count == 0)
            {
                _wasFull = false;
                return;
            }

            long now = _context.Time.GetTimestamp();
            while (_waiting.Take() is { } call)
            {
                if (call.Deadline <= now)
                {
                    expired.Add(call);
                }
                else if (connection.TryAppend(call, _limit.Current) == AppendResult.Appended)
                {
                    hasAppended = true;
                }
                else
                {
                    _waiting.AddFirst(call);
                    break;
                }
            }
        }

        if (hasAppended)
        {
            connection.Flush();
        }

        expired.FailAll(CallFailure.Expired, null);
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Store + 610, LogLevel.Information, "RocketMQ broker {Broker} at {Address} is connected again")]
        public static partial void Connected(ILogger logger, string broker, string address);

        [LoggerMessage(
            EventIds.Store + 611, LogLevel.Warning, "Lost RocketMQ broker {Broker} at {Address}: {Reason}; {Calls} requests were in flight")]
        public static partial void Lost(ILogger logger, string broker, string address, string reason, int calls);
    }
}
