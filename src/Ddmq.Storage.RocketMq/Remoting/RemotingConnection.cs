using Ddmq.Core.Pipeline;

namespace Ddmq.Storage.RocketMq.Remoting;

/// <summary>
/// One connection to a broker or name server, from its connect to its end; it is not opened twice.
/// <code>
/// Start ──► connecting ──► open ──► closed        (closed also from connecting)
/// </code>
/// Calls are encoded into the outgoing buffer under a short lock and written together: at the end of the caller's burst, or at once on the
/// caller's thread when nobody is writing and the socket takes it. What the socket does not take, and all of TLS, is written by a second
/// thread, which exists only then. One thread reads, in large pieces, and settles calls right there: waking another thread costs
/// more than most of them. It is the front door's (<see cref="ConnectionOptions.Watch"/>), or one of the connection's own, blocking. That thread is also the only one that fails calls when the connection ends. Thread-safe.
/// </summary>
internal sealed partial class RemotingConnection : IBurstTarget
{
    private readonly RemotingAddress _address;
    private readonly ConnectionOptions _options;
    private readonly IConnectionOwner _owner;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly PendingTable _table = new();
    private readonly OutgoingBuffer _outgoing;
    private readonly AclSigner? _signer;
    private readonly int _signatureBytes;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IWire? _wire;
    private string? _closeReason;
    private CallFailure? _closeFailure;
    private bool _isOpen;

    /// <param name="address">The peer.</param>
    /// <param name="options">Shared by all connections.</param>
    /// <param name="owner">Told of everything.</param>
    /// <param name="time">The clock.</param>
    public RemotingConnection(RemotingAddress address, ConnectionOptions options, IConnectionOwner owner, TimeProvider time)
    {
        _address = address;
        _options = options;
        _owner = owner;
        _time = time;
        _outgoing = new OutgoingBuffer(options.MaxOutgoingBytes);
        _signer = options.CreateSigner?.Invoke();
        _signatureBytes = _signer?.MaxOverhead ?? 0;
        _lastReceived = time.GetTimestamp();
    }

    /// <summary>Completes when the connection has ended and everybody has been told.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Calls in flight that are under the limit.</summary>
    public int InFlight
    {
        get
        {
            lock (_lock)
            {
                return _table.LimitedCount;
            }
        }
    }

    /// <summary>Begins to connect. Once. Does not throw: without a thread the connection ends like one that was refused.</summary>
    public void Start()
    {
        try
        {
            _options.StartThread($"rocketmq {_address}", Run);
        }
        catch (Exception exception)
        {
            // Not here: whoever starts it holds the lock under which the owner hears of its end.
            ThreadPool.UnsafeQueueUserWorkItem(_ => EndWithoutThread(exception), null);
        }
    }

    /// <summary>Encodes a call, if there is room; throws what encoding it throws, and then nothing has happened. When it answers <see cref="AppendResult.Appended"/>, <see cref="Flush"/> must follow.</summary>
    /// <param name="call">The connection's from then on.</param>
    /// <param name="limit">How many calls may be in flight.</param>
    public AppendResult TryAppend(PendingCall call, int limit)
    {
        lock (_lock)
        {
            if (!_isOpen || _closeReason is not null)
            {
                return AppendResult.NotOpen;
            }

            if (call.IsLimited && _table.LimitedCount >= limit)
            {
                return AppendResult.LimitReached;
            }

            long now = _time.GetTimestamp();
            if (call.Deadline <= now)
            {
                return AppendResult.Expired;
            }

            Span<byte> room = _outgoing.Reserve(call.MaxFrameSize + _signatureBytes);
            if (room.IsEmpty)
            {
                return AppendResult.BufferFull;
            }

            if (!_table.TryAdd(call))
            {
                return AppendResult.LimitReached;
            }

            try
            {
                var writer = new RequestWriter(room, _options.Encoding, _options.Version, _signer);
                call.Write(ref writer, call.Opaque);
                _outgoing.Commit(writer.End());
            }
            catch
            {
                // The call stays its caller's, who answers it.
                _table.Take(call.Opaque);
                throw;
            }

            call.EndPosition = _outgoing.Appended;
            call.SentTimestamp = now;
            return AppendResult.Appended;
        }
    }

    /// <summary>Ends the connection; its calls are failed on its own thread. The first reason given stays.</summary>
    /// <param name="reason">For an operator.</param>
    /// <param name="failure">What the calls in flight are told; null for what the connection knows of each.</param>
    public void Close(string reason, CallFailure? failure = null)
    {
        IWire? wire;
        lock (_lock)
        {
            _closeReason ??= reason;
            _closeFailure ??= failure;
            wire = _wire;
        }

        wire?.Shutdown();
    }

    private void EndWithoutThread(Exception exception)
    {
        CloseWithoutThread(exception);
        Finish();
    }

    private void CloseWithoutThread(Exception exception) => Close($"the process could not start a thread for it: {exception.Message.TrimEnd('.')}");

    /// <summary>Fails calls that have waited for their reply longer than <paramref name="timeoutTicks"/>. A peer that has sent nothing at all for so long is left.</summary>
    public void Sweep(long now, long timeoutTicks)
    {
        CallQueue late = default;
        lock (_lock)
        {
            if (_table.Count == 0)
            {
                return;
            }

            _table.MoveSentUntil(now - timeoutTicks, ref late);
        }

        if (late.Count == 0)
        {
            return;
        }

        // Closed first, so that whoever learns of its failure does not come back to the same connection.
        bool isDead = now - Volatile.Read(ref _lastReceived) >= timeoutTicks;
        if (isDead)
        {
            Close($"it sent nothing for {timeoutTicks * 1000 / _time.TimestampFrequency} ms although requests were waiting");
        }

        late.FailAll(CallFailure.NoReply, null);
        if (!isDead)
        {
            _owner.Replied(this);
        }
    }
}
