using Ddmq.Core.Pipeline;
using Ddmq.Core.Storage;
using Ddmq.Storage.RocketMq.Remoting;
using Ddmq.Storage.RocketMq.Sending;

namespace Ddmq.Storage.RocketMq.Brokers;

/// <summary>
/// One broker's master, by one connection at a time. A call goes out at once when the connection is open and the limit allows it;
/// otherwise it waits here, in order, until it is its turn or its deadline; or is refused when its turn would not come in time.
/// <code>
/// idle ──a call, or warm-up──► connecting ──► open ──connection ends──► idle (and at once connecting, when calls wait)
///   ▲                               │
///   └──── pause (100 ms to 5 s) ◄───┘ failed: waiting calls fail, further ones fail at once until the pause is over
/// </code>
/// Thread-safe.
/// </summary>
internal sealed partial class BrokerClient
{
    private const int MaxResends = 3;
    private static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(10);

    private readonly RemotingAddress _address;
    private readonly SendContext _context;
    private readonly ConnectionOptions _connectionOptions;
    private readonly Action _routesAreStale;
    private readonly InFlightLimit _limit;
    private readonly AnswerPace _pace;
    private readonly string _full;
    private readonly long _busyPause;
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
    private long _servedMeasured;

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
        _full = $"more than {context.Options.MaxWaiting} requests or {context.Options.MaxOutgoingBytes} bytes wait for it";
        _busyPause = context.Ticks(BusyPause);
        _pace = new AnswerPace(context.Time);
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
                appended = TryAppend(connection!, call, _limit.Current);
            }

            // What was appended is the connection's: it may already be answered.
            if (appended != AppendResult.Appended)
            {
                connection = null;
                failure = appended switch
                {
                    AppendResult.BufferFull when !call.BelongsToTaken => CallFailure.Full,
                    AppendResult.Expired => CallFailure.Expired,
                    AppendResult.NotWritten => CallFailure.NotWritten,
                    _ => Wait(call, appended == AppendResult.LimitReached, out detail),
                };
            }
        }

        connection?.Flush();
        if (failure is { } reason)
        {
            call.Fail(reason, detail ?? (reason == CallFailure.Full ? _full : null));
        }
    }

    /// <summary>
    /// Takes a call back that the broker was too busy for, if it has time for another try: it goes out a little later, before what
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
            _context.Due.At(now + _busyPause);
            return true;
        }
    }

    /// <summary>Gives up what has waited too long, here and on the connection.</summary>
    /// <param name="now">The time, in ticks.</param>
    /// <param name="alsoInFlight">Looking at what is in flight costs more and is not needed as often.</param>
    /// <returns>When it is to be called again; <see cref="DueTimer.Never"/> while nobody waits.</returns>
    public long Sweep(long now, bool alsoInFlight)
    {
        CallQueue expired = default;
        long next;
        RemotingConnection? connection;
        bool hasAgain;
        lock (_lock)
        {
            connection = _connection;
            hasAgain = _again.Count > 0;
            _waiting.AddFirst(ref _again);
            next = _waiting.MoveExpired(now, ref expired);
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

        return next;
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

        if (connection is null || TryAppend(connection, call, int.MaxValue) != AppendResult.Appended)
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

    // Under the lock. Null when the call waits now.
    private CallFailure? Wait(PendingCall call, bool isFull, out string? detail)
    {
        detail = null;
        if (_isStopped)
        {
            return CallFailure.StoppedUnsent;
        }

        if (_waiting.Count >= _context.Options.MaxWaiting && !call.BelongsToTaken)
        {
            return CallFailure.Full;
        }

        if (isFull && _pace.IsHopeless(_waiting.Count, _limit.Current, call.RefusalDeadline))
        {
            return CallFailure.Hopeless;
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

    private void Drain(RemotingConnection connection)
    {
        CallQueue expired = default;
        CallQueue notWritten = default;
        bool hasAppended = false;
        lock (_lock)
        {
            long served = Volatile.Read(ref _served);
            if (_waiting.Count == 0)
            {
                _wasFull = false;
                _servedMeasured = served;
                _pace.RanDry();
                return;
            }

            _pace.Answered((int)(served - _servedMeasured), _limit.Current);
            _servedMeasured = served;

            bool goesOn = true;
            while (goesOn && _waiting.Take() is { } call)
            {
                switch (TryAppend(connection, call, _limit.Current))
                {
                    case AppendResult.Appended:
                        hasAppended = true;
                        break;
                    case AppendResult.Expired:
                        expired.Add(call);
                        break;
                    case AppendResult.NotWritten:
                        notWritten.Add(call);
                        break;
                    default:
                        _waiting.AddFirst(call);
                        goesOn = false;
                        break;
                }
            }

            if (_waiting.Count == 0)
            {
                _pace.RanDry();
            }
        }

        if (hasAppended)
        {
            connection.Flush();
        }

        expired.FailAll(CallFailure.Expired, null);
        notWritten.FailAll(CallFailure.NotWritten, null);
    }

    // It costs the call and nobody else: what waits behind it, and its lane, go on.
    private AppendResult TryAppend(RemotingConnection connection, PendingCall call, int limit)
    {
        try
        {
            return connection.TryAppend(call, limit);
        }
        catch (Exception exception)
        {
            Log.NotWritten(_context.Logger, exception, Name);
            return AppendResult.NotWritten;
        }
    }
}
