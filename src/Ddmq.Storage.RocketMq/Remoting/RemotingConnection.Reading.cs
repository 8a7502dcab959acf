using System.Buffers.Binary;
using System.Net.Sockets;

namespace Ddmq.Storage.RocketMq.Remoting;

/// <content>The reading thread: connects, cuts frames, settles calls, and clears up.</content>
internal sealed partial class RemotingConnection
{
    private const int FirstInputBytes = 64 * 1024;

    private long _lastReceived;
    private int _replies;
    private bool _isProtocolError;
    private bool _isPeerClose;

    private void Run()
    {
        try
        {
            IWire wire = Open();
            bool open;
            lock (_lock)
            {
                _wire = wire;
                open = _isOpen = _closeReason is null;
            }

            if (open)
            {
                _owner.Opened(this);
                ReadFrames(wire);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            Close(exception.Message);
        }
        catch (Exception exception)
        {
            // A bug of ours. It costs the connection and nobody waits for ever.
            Close("unexpected " + exception);
        }

        Finish();
    }

    private IWire Open()
    {
        SafeSocketHandle socket = Connector.Connect(_address, _options.ConnectTimeout, () => Volatile.Read(ref _closeReason) is not null);
        return _options.UseTls
            ? new TlsWire(socket, _address.Host, _options.TrustAnyCertificate, (int)_options.ConnectTimeout.TotalMilliseconds)
            : new PlainWire(socket);
    }

    private void ReadFrames(IWire wire)
    {
        byte[] input = new byte[FirstInputBytes];
        int filled = 0;
        while (true)
        {
            int count = wire.Receive(input.AsSpan(filled));
            if (count == 0)
            {
                _isPeerClose = true;
                Close("the peer closed the connection");
                return;
            }

            filled += count;
            Volatile.Write(ref _lastReceived, _time.GetTimestamp());
            int consumed = Take(input.AsSpan(0, filled), out int needed);
            if (consumed < 0)
            {
                return;
            }

            input.AsSpan(consumed, filled - consumed).CopyTo(input);
            filled -= consumed;
            if (needed > input.Length)
            {
                Array.Resize(ref input, needed);
            }
            else if (filled == 0 && input.Length > FirstInputBytes)
            {
                input = new byte[FirstInputBytes];
            }
        }
    }

    /// <summary>Handles the whole frames at the beginning of what was read.</summary>
    /// <param name="bytes">What was read and not yet handled.</param>
    /// <param name="needed">How many bytes the frame that is not complete will have.</param>
    /// <returns>How many bytes were handled, -1 when the peer has broken the protocol.</returns>
    private int Take(ReadOnlySpan<byte> bytes, out int needed)
    {
        int consumed = 0;
        int repliesBefore = _replies;
        needed = FrameLimits.LengthField;
        WriteGather.TryBegin();
        try
        {
            while (bytes.Length - consumed >= FrameLimits.LengthField)
            {
                // The length comes from the peer: checked before anything is sized by it. The cast refuses negatives too.
                int length = BinaryPrimitives.ReadInt32BigEndian(bytes[consumed..]);
                if ((uint)length > FrameLimits.MaxFrame)
                {
                    return BreakProtocol($"a frame length of {length}");
                }

                needed = FrameLimits.LengthField + length;
                if (bytes.Length - consumed < needed)
                {
                    break;
                }

                if (!ResponseFrame.TryRead(bytes.Slice(consumed + FrameLimits.LengthField, length), out ResponseFrame response))
                {
                    return BreakProtocol("a malformed frame");
                }

                consumed += needed;
                Settle(in response);
            }

            if (_replies != repliesBefore)
            {
                _owner.Replied(this);
            }

            return consumed;
        }
        finally
        {
            WriteGather.End();
        }
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

    private int BreakProtocol(string what)
    {
        _isProtocolError = true;
        Close($"it sent {what}, which is not RocketMQ's protocol");
        return -1;
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
