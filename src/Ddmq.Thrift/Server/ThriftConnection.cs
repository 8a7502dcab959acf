using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using Ddmq.Thrift.Protocol;

namespace Ddmq.Thrift.Server;

/// <summary>
/// One client's connection without its socket: bytes in, frames out, replies back.
/// <code>
/// frame   = length(4, big-endian, 1..MaxFrameBytes) message
/// message = 82 ...      compact protocol
///         | 80 01 ...   binary protocol
/// </code>
/// Calls wait in the order they came; a reply is taken when all before it have been.
/// <para>
/// The transport runs <see cref="Receive"/>, <see cref="Resume"/>, <see cref="TakeReplies"/> and <see cref="Sweep"/> one
/// at a time, and reads from its socket only as much as <see cref="WantedBytes"/> says. A connection ends by
/// <see cref="Finish"/>: no more is read, what has been called is answered, then <see cref="IsFinished"/>.
/// </para>
/// </summary>
public sealed class ThriftConnection
{
    private const int LengthBytes = 4;

    // Of the last 32 answers: a client that gets one message of eight through has something to read often.
    private const int MostlyRefused = 28;

    // When memory for incomplete frames is short, a connection may still bring a usual message.
    private const int WantedBytesWhenShort = 4096;

    private readonly ThriftServerStatistics _statistics;
    private readonly ThriftServerOptions _options;
    private readonly CallRing _calls;

    private byte[] _input = [];
    private int _inputStart;
    private int _inputEnd;
    private bool _isFrameIncomplete;
    private int _callsLeft;
    private long _frameBegunMs;
    private CloseReason _finish;
    private string? _remoteAddress;
    private volatile bool _isOverLimit;

    // The last 32 answers, the newest in the lowest bit: 1 for a refusal that NoteOverLimit has been told of.
    private uint _refusals;

    /// <param name="dispatcher">What all connections share.</param>
    /// <param name="transport">The socket layer's side of this connection.</param>
    public ThriftConnection(ThriftDispatcher dispatcher, IConnectionTransport transport)
    {
        Dispatcher = dispatcher;
        Transport = transport;
        _options = dispatcher.Options;
        _statistics = dispatcher.Statistics;
        _calls = new CallRing(this);
        _statistics.OnAccepted();
    }

    /// <summary>What all connections share.</summary>
    public ThriftDispatcher Dispatcher { get; }

    /// <summary>The socket layer's side of this connection.</summary>
    public IConnectionTransport Transport { get; }

    /// <summary>The client's address: made when first asked for, then kept.</summary>
    public string RemoteAddress => _remoteAddress ??= Transport.RemoteAddress;

    /// <summary>
    /// How many calls one <see cref="Receive"/> or <see cref="Resume"/> makes at most, so that a transport which serves many connections
    /// with one thread can let the others have their turn.
    /// </summary>
    public int CallsPerTurn { get; set; } = int.MaxValue;

    /// <summary>Whether a call was refused because its client asks for more than it may have; the transport takes it back. Any thread.</summary>
    public bool IsOverLimit
    {
        get => _isOverLimit;
        set => _isOverLimit = value;
    }

    /// <summary>
    /// Whether all calls are answered, the last one was refused because its client asks for more than it may have, and so were nearly all before
    /// it: what the client sends next can wait a little without keeping much from it.
    /// </summary>
    public bool IsMostlyRefused => (_refusals & 1) != 0 && _calls.Count == 0 && BitOperations.PopCount(_refusals) >= MostlyRefused;

    /// <summary>How many bytes the transport may read now; 0 while the client has to wait.</summary>
    public int WantedBytes
    {
        get
        {
            // Whole frames that wait for their turn are bytes enough.
            if (_finish != CloseReason.None || _calls.Count >= _options.MaxInFlightPerConnection || (_inputEnd > _inputStart && !_isFrameIncomplete))
            {
                return 0;
            }

            if (_statistics.ReadBufferBytes < _options.MaxReadBufferBytes)
            {
                return int.MaxValue;
            }

            return _inputEnd == _inputStart ? WantedBytesWhenShort : Dispatcher.MayOverdraw(this) ? int.MaxValue : 0;
        }
    }

    /// <summary>True when frames wait that were not taken because too many calls were in flight, or the turn was over.</summary>
    public bool CanResume =>
        _inputEnd > _inputStart && !_isFrameIncomplete && _finish == CloseReason.None && _calls.Count < _options.MaxInFlightPerConnection;

    /// <summary>True when nothing is left to do but to close the socket.</summary>
    public bool IsFinished => _finish != CloseReason.None && _calls.Count == 0;

    /// <summary>Why it ends; <see cref="CloseReason.None"/> while it lives.</summary>
    public CloseReason FinishReason => _finish;

    /// <summary>
    /// What it means when the socket breaks now. Many clients end by resetting an idle connection; that is their way of
    /// closing it, and worth a word only when they lose something by it.
    /// </summary>
    public CloseReason BrokenReason => _calls.Count == 0 && _inputEnd == _inputStart ? CloseReason.ClientClosed : CloseReason.ConnectionError;

    /// <summary>
    /// Takes bytes from the client; every whole frame among them becomes a call before this returns, as far as the turn goes and calls in flight
    /// allow. The bytes are copied where needed: of a frame that arrives in parts only that frame is.
    /// </summary>
    public void Receive(ReadOnlySpan<byte> bytes)
    {
        _statistics.OnRead(bytes.Length);
        _callsLeft = CallsPerTurn;
        while (_inputEnd > _inputStart && !bytes.IsEmpty && _finish == CloseReason.None)
        {
            int part = _isFrameIncomplete ? Math.Min(MissingBytes(), bytes.Length) : bytes.Length;
            Keep(bytes[..part]);
            bytes = bytes[part..];
            SplitKept();
        }

        if (bytes.IsEmpty || _finish != CloseReason.None)
        {
            return;
        }

        int taken = Split(bytes);
        if (taken < bytes.Length && _finish == CloseReason.None)
        {
            Keep(bytes[taken..]);
        }
    }

    /// <summary>Goes on with frames that were received before.</summary>
    public void Resume()
    {
        _callsLeft = CallsPerTurn;
        SplitKept();
    }

    /// <summary>The client will send no more: answers what it has called, then finishes.</summary>
    public void EndOfInput() =>
        Finish(_inputEnd > _inputStart && _isFrameIncomplete ? CloseReason.TruncatedFrame : CloseReason.ClientClosed);

    /// <summary>Reads no more; the first reason counts.</summary>
    public void Finish(CloseReason reason)
    {
        if (_finish == CloseReason.None)
        {
            _finish = reason;
        }
    }

    /// <summary>Moves replies whose turn has come into <paramref name="destination"/>.</summary>
    /// <returns>Bytes written; 0 when none is ready.</returns>
    public int TakeReplies(Span<byte> destination) => _calls.TakeReplies(destination);

    /// <summary>
    /// Looks after what only time can tell. To be called about once a second with a millisecond clock.
    /// </summary>
    public void Sweep(long nowMs)
    {
        if (_isFrameIncomplete && nowMs - _frameBegunMs > (long)_options.FrameTimeout.TotalMilliseconds)
        {
            Finish(CloseReason.FrameTimeout);
            DropInput();
        }

        _calls.Sweep();
    }

    /// <summary>The socket is gone. Calls still in flight run to their end and their replies are dropped.</summary>
    public void Closed(CloseReason reason)
    {
        Finish(reason);
        DropInput();
        _calls.Drop();
        _statistics.OnClosed(_finish);
        Dispatcher.ConnectionClosed?.Invoke(Transport.RemoteAddress, _finish);
    }

    /// <summary>The client has not asked for too much for a while: what it was refused before counts no more.</summary>
    public void ForgetRefusals() => _refusals = 0;

    /// <summary>A reply has been taken.</summary>
    internal void NoteAnswered(bool isOverLimit) => _refusals = (_refusals << 1) | (isOverLimit ? 1u : 0u);

    /// <summary>Makes calls of the whole frames that are kept.</summary>
    private void SplitKept()
    {
        int taken = Split(_input.AsSpan(_inputStart.._inputEnd));
        _inputStart += taken;
        if (taken > 0)
        {
            Dispatcher.EndOverdraft(this);
        }

        if (_inputStart == _inputEnd || _finish != CloseReason.None)
        {
            DropInput();
        }
    }

    /// <summary>What is missing of the incomplete frame that is kept, or of its length.</summary>
    private int MissingBytes()
    {
        ReadOnlySpan<byte> held = _input.AsSpan(_inputStart.._inputEnd);
        return held.Length < LengthBytes ? LengthBytes - held.Length : LengthBytes + BinaryPrimitives.ReadInt32BigEndian(held) - held.Length;
    }

    /// <summary>Makes calls of the whole frames in <paramref name="bytes"/>.</summary>
    /// <returns>Bytes used.</returns>
    private int Split(ReadOnlySpan<byte> bytes)
    {
        int used = 0;
        _isFrameIncomplete = false;
        for (; _callsLeft > 0 && _finish == CloseReason.None && _calls.Count < _options.MaxInFlightPerConnection && used < bytes.Length; _callsLeft--)
        {
            ReadOnlySpan<byte> rest = bytes[used..];
            if (rest.Length < LengthBytes)
            {
                _isFrameIncomplete = true;
                break;
            }

            // The length comes from the peer: checked before anything is sized by it. The cast refuses 0 and negatives too.
            int length = BinaryPrimitives.ReadInt32BigEndian(rest);
            if ((uint)(length - 1) >= (uint)_options.MaxFrameBytes)
            {
                Finish(UnframedClient.Recognise(rest[..LengthBytes], length));
                break;
            }

            if (rest.Length - LengthBytes < length)
            {
                _isFrameIncomplete = true;
                break;
            }

            Dispatch(rest.Slice(LengthBytes, length));
            used += LengthBytes + length;
        }

        if (_isFrameIncomplete && (used > 0 || _inputEnd == _inputStart))
        {
            _frameBegunMs = Environment.TickCount64;
        }

        return used;
    }

    private void Dispatch(ReadOnlySpan<byte> frame)
    {
        ThriftProtocol protocol;
        switch (frame[0])
        {
            case 0x82:
                protocol = ThriftProtocol.Compact;
                break;
            case 0x80:
                protocol = ThriftProtocol.Binary;
                break;
            default:
                Finish(CloseReason.UnknownProtocol);
                return;
        }

        ThriftCall call = _calls.Add();
        call.Load(frame, protocol);
        _statistics.OnCall(frame.Length);
        Handle(call);
        if (call.IsDone)
        {
            // Refused, mostly. Its reply waits for those before it, which may take long; thousands of frames would be held for that.
            call.ReleaseFrame();
        }
    }

    private void Handle(ThriftCall call)
    {
        try
        {
            if (call.ReadHeader() != ThriftMessageType.Call)
            {
                _statistics.OnBadMessageType();
                call.ReplyException(ThriftApplicationError.InvalidMessageType, "only CALL messages are answered here");
                return;
            }
        }
        catch (ThriftFormatException exception)
        {
            Finish(exception.Kind == ThriftFormatError.BadVersion ? CloseReason.BadVersion : CloseReason.BadMessageHeader);
            call.ReplyException(ThriftApplicationError.ProtocolError, exception.Message);
            return;
        }

        try
        {
            Dispatcher.Handler(call);
        }
        catch (Exception exception)
        {
            Dispatcher.HandlerFailed?.Invoke(exception);
            call.ReplyInternalError();
        }
    }

    /// <summary>Keeps bytes that are no whole frame yet. Memory grows with what has arrived, not with what is claimed.</summary>
    private void Keep(ReadOnlySpan<byte> bytes)
    {
        int held = _inputEnd - _inputStart;
        if (_input.Length - _inputEnd < bytes.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(held + bytes.Length, Math.Min(held * 2, LengthBytes + _options.MaxFrameBytes)));
            _input.AsSpan(_inputStart, held).CopyTo(larger);
            _statistics.OnReadBuffer(larger.Length - _input.Length);
            if (_input.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(_input);
            }

            _input = larger;
            _inputStart = 0;
            _inputEnd = held;
        }

        bytes.CopyTo(_input.AsSpan(_inputEnd));
        _inputEnd += bytes.Length;
    }

    private void DropInput()
    {
        Dispatcher.EndOverdraft(this);
        if (_input.Length > 0)
        {
            _statistics.OnReadBuffer(-_input.Length);
            ArrayPool<byte>.Shared.Return(_input);
            _input = [];
        }

        _inputStart = 0;
        _inputEnd = 0;
        _isFrameIncomplete = false;
    }
}
