using System.Net.Sockets;

namespace Ddmq.Storage.RocketMq.Remoting;

/// <content>
/// The reading thread: connects, cuts frames, settles calls, and clears up. From the connect on that may be a thread that watches many descriptors.
/// </content>
internal sealed partial class RemotingConnection
{
    private FrameInput? _input;
    private long _lastReceived;
    private int _replies;
    private bool _isProtocolError;
    private bool _isPeerClose;

    private void Run()
    {
        bool isOver = true;
        try
        {
            isOver = ConnectAndRead();
        }
        catch (Exception exception)
        {
            Break(exception);
        }

        if (isOver)
        {
            Finish();
        }
    }

    /// <summary>Connects, and reads until the end; false when another thread does that from here on.</summary>
    private bool ConnectAndRead()
    {
        IWire wire = Open();
        bool open;
        lock (_lock)
        {
            _wire = wire;
            open = _isOpen = _closeReason is null;
        }

        if (!open)
        {
            return true;
        }

        _owner.Opened(this);
        _input = new FrameInput();
        if (wire.Descriptor is { } descriptor && _options.Watch?.Invoke(descriptor, OnReadable) == true)
        {
            return false;
        }

        while (Take(wire.Receive(_input.Room())))
        {
        }

        return true;
    }

    /// <summary>Reads what is there, on the thread that watches; false when the connection has ended.</summary>
    private bool OnReadable()
    {
        bool isOver = true;
        try
        {
            int count = _wire!.TryReceive(_input!.Room());
            isOver = count >= 0 && !Take(count);
        }
        catch (Exception exception)
        {
            Break(exception);
        }

        if (isOver)
        {
            Finish();
        }

        return !isOver;
    }

    // It costs the connection, and nobody waits for ever.
    private void Break(Exception exception) =>
        Close(exception is IOException or ObjectDisposedException ? exception.Message : "unexpected " + exception);

    private IWire Open()
    {
        SafeSocketHandle socket = Connector.Connect(_address, _options.ConnectTimeout, () => Volatile.Read(ref _closeReason) is not null);
        return _options.UseTls
            ? new TlsWire(socket, _address.Host, _options.TrustAnyCertificate, (int)_options.ConnectTimeout.TotalMilliseconds)
            : new PlainWire(socket);
    }

    /// <summary>Handles what was received; false when nothing more is to be read.</summary>
    private bool Take(int count)
    {
        if (count == 0)
        {
            _isPeerClose = true;
            Close("the peer closed the connection");
            return false;
        }

        FrameInput input = _input!;
        input.Received(count);
        Volatile.Write(ref _lastReceived, _time.GetTimestamp());
        WriteGather.TryBegin();
        try
        {
            return SettleAll(input);
        }
        finally
        {
            WriteGather.End();
        }
    }

    /// <summary>Handles the whole frames that have arrived; false when the peer has broken the protocol.</summary>
    private bool SettleAll(FrameInput input)
    {
        int repliesBefore = _replies;
        int? badLength;
        while (input.TryCut(out ReadOnlySpan<byte> frame, out badLength))
        {
            if (!ResponseFrame.TryRead(frame, out ResponseFrame response))
            {
                return BreakProtocol("a malformed frame");
            }

            Settle(in response);
        }

        if (badLength is { } length)
        {
            return BreakProtocol($"a frame length of {length}");
        }

        if (_replies != repliesBefore)
        {
            _owner.Replied(this);
        }

        return true;
    }

    private void Settle(in ResponseFrame response)
    {
        if (!response.IsResponse)
        {
            // The broker asks something of consumers or transaction producers; we are neither.
            return;
        }

        PendingCall? call;
        lock (_lock)
        {
            call = _table.Take(response.Opaque);
        }

        if (call is null)
        {
            // Too late, or an answer to what wants none.
            return;
        }

        _replies++;
        if (call.IsLimited)
        {
            _owner.Observed(response.Code, Volatile.Read(ref _lastReceived) - call.SentTimestamp);
        }

        call.Reply(in response);
    }

    private bool BreakProtocol(string what)
    {
        _isProtocolError = true;
        Close($"it sent {what}, which is not RocketMQ's protocol");
        return false;
    }

    private void Finish()
    {
        CallQueue pending = default;
        CallQueue unsent = default;
        string reason;
        CallFailure? failure;
        lock (_lock)
        {
            _isOpen = false;
            reason = _closeReason ??= "closed";
            failure = _closeFailure;
            CallQueue all = default;
            _table.MoveSentUntil(long.MaxValue, ref all);
            while (all.Take() is { } call)
            {
                // A frame whose last byte the socket never got cannot have been executed.
                ref CallQueue place = ref call.EndPosition <= _outgoing.MaybeSent ? ref pending : ref unsent;
                place.Add(call);
            }

            _outgoing.Dispose();
            _writerWork?.Release();
        }

        _wire?.Shutdown();
        int failed = pending.Count + unsent.Count;
        bool stopped = failure is CallFailure.StoppedUnanswered;
        unsent.FailAll(stopped ? CallFailure.StoppedUnsent : CallFailure.NotSent, reason);
        pending.FailAll(failure ?? CallFailure.Lost, reason);
        _wire?.Dispose();
        _signer?.Dispose();
        _owner.Closed(this, new ConnectionEnd(reason, _replies > 0, failed, _isProtocolError, _isPeerClose && failed == 0));
        _ended.SetResult();
    }
}
