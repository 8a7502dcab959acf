using Ddmq.Thrift.Protocol;

namespace Ddmq.Thrift.Server;

/// <summary>
/// One call from its frame to its reply. Its place among its connection's calls decides when the reply is written:
/// replies go out in the order the calls came in.
/// <para>
/// Reused for a later call of the connection once its reply has been written. Whoever must keep the frame's bytes
/// beyond the reply calls <see cref="Detach"/> first. Exactly one reply; not thread-safe otherwise.
/// </para>
/// </summary>
public sealed class ThriftCall
{
    // The memory of larger frames is better shared than kept with each place in the queue.
    private const int KeptFrameBytes = 4096;

    private readonly ThriftConnection _connection;
    private byte[] _frame = [];
    private int _frameLength;
    private volatile bool _isDone;

    internal ThriftCall(ThriftConnection connection)
    {
        _connection = connection;
    }

    /// <summary>The protocol the call came in, which its reply has to use.</summary>
    public ThriftProtocol Protocol { get; private set; }

    /// <summary>The method's name as received; belongs to the frame.</summary>
    public ReadOnlyMemory<byte> MethodName { get; private set; }

    /// <summary>The number the reply repeats.</summary>
    public int SequenceId { get; private set; }

    /// <summary>What follows the message header, to be read with a reader of <see cref="Protocol"/>; belongs to the frame.</summary>
    public ReadOnlyMemory<byte> Arguments { get; private set; }

    /// <summary>Bounds of what the arguments may contain.</summary>
    public ThriftLimits Limits => _connection.Dispatcher.Options.Limits;

    /// <summary>Bytes of all frames of this server whose calls are not answered yet, this one included.</summary>
    public long ServerBytesInFlight => _connection.Dispatcher.Statistics.BytesInFlight;

    /// <summary>The client's address. One text for all calls of a connection.</summary>
    public string RemoteAddress => _connection.RemoteAddress;

    /// <summary>The handler's own state. Stays with this object when it is reused, so that a call needs no allocation.</summary>
    public object? State { get; set; }

    /// <summary>The reply, once done.</summary>
    internal ThriftBuffer Reply { get; } = new();

    /// <summary>Bytes of the frame, until it is given back.</summary>
    internal int FrameLength => _frameLength;

    /// <summary>Whether its client was refused it because it asks for more than it may have; for those who have seen <see cref="IsDone"/>.</summary>
    internal bool IsOverLimit { get; private set; }

    /// <summary>Whether the reply is complete.</summary>
    internal bool IsDone => _isDone;

    /// <summary>
    /// Leaves frame and state to whoever still uses them; this object takes new ones for its next call. Before the reply.
    /// </summary>
    public void Detach()
    {
        _frame = [];
        MethodName = default;
        Arguments = default;
        State = null;
    }

    /// <summary>
    /// Says that the call was refused because its client asks for more than it may have. Where connections compete for a thread, this one
    /// comes after the others for a second or two, and is read now and then only while nearly all its calls are refused. Before the reply; any thread.
    /// </summary>
    public void NoteOverLimit()
    {
        IsOverLimit = true;
        _connection.IsOverLimit = true;
    }

    /// <summary>Begins the reply's frame; write exactly one message into the buffer, then <see cref="EndReply"/>.</summary>
    public ThriftBuffer BeginReply()
    {
        Reply.Reset();
        Reply.BeginFrame();
        return Reply;
    }

    /// <summary>Ends the reply and lets it be written when its turn comes. Any thread.</summary>
    public void EndReply()
    {
        Reply.EndFrame();
        _isDone = true;
        _connection.Transport.RequestFlush();
    }

    /// <summary>Replies with an EXCEPTION message that <paramref name="method"/> does not exist here.</summary>
    public void ReplyUnknownMethod()
    {
        _connection.Dispatcher.Statistics.OnUnknownMethod();
        ReplyException(
            ThriftApplicationError.UnknownMethod,
            $"Invalid method name: '{System.Text.Encoding.UTF8.GetString(MethodName.Span)}'");
    }

    /// <summary>Replies with an EXCEPTION message that the arguments cannot be decoded.</summary>
    public void ReplyBadArguments(ThriftFormatException exception)
    {
        _connection.Dispatcher.Statistics.OnBadArguments();
        ReplyException(ThriftApplicationError.ProtocolError, exception.Message);
    }

    /// <summary>Replies with an EXCEPTION message that the server has a bug, unless a reply has been given.</summary>
    public void ReplyInternalError()
    {
        _connection.Dispatcher.Statistics.OnHandlerError();
        if (!_isDone)
        {
            ReplyException(ThriftApplicationError.InternalError, "internal error, see error.log of the proxy");
        }
    }

    /// <summary>Replies with an EXCEPTION message.</summary>
    public void ReplyException(ThriftApplicationError error, string message)
    {
        ThriftBuffer buffer = BeginReply();
        if (Protocol == ThriftProtocol.Compact)
        {
            var writer = new CompactWriter(buffer);
            writer.WriteMessageBegin(MethodName.Span, ThriftMessageType.Exception, SequenceId);
            ThriftApplicationErrors.Write(ref writer, error, message);
        }
        else
        {
            var writer = new BinaryProtocolWriter(buffer);
            writer.WriteMessageBegin(MethodName.Span, ThriftMessageType.Exception, SequenceId);
            ThriftApplicationErrors.Write(ref writer, error, message);
        }

        EndReply();
    }

    /// <summary>Takes a frame in: the one place where a message's bytes are copied.</summary>
    internal void Load(ReadOnlySpan<byte> frame, ThriftProtocol protocol)
    {
        if (_frame.Length < frame.Length)
        {
            _frame = frame.Length > KeptFrameBytes
                ? _connection.Dispatcher.Frames.Rent(frame.Length)
                : new byte[Math.Max(256, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)frame.Length))];
        }

        frame.CopyTo(_frame);
        _frameLength = frame.Length;
        _isDone = false;
        IsOverLimit = false;
        Protocol = protocol;
        MethodName = default;
        SequenceId = 0;
        Arguments = default;
    }

    /// <summary>Decodes the message header. Throws <see cref="ThriftFormatException"/>.</summary>
    internal ThriftMessageType ReadHeader()
    {
        ReadOnlyMemory<byte> frame = _frame.AsMemory(0, _frameLength);
        ThriftMessageHeader header;
        int position;
        if (Protocol == ThriftProtocol.Compact)
        {
            var reader = new CompactReader(frame, Limits);
            header = reader.ReadMessageBegin();
            position = reader.Position;
        }
        else
        {
            var reader = new BinaryProtocolReader(frame, Limits);
            header = reader.ReadMessageBegin();
            position = reader.Position;
        }

        MethodName = header.Name;
        SequenceId = header.SequenceId;
        Arguments = frame[position..];
        return header.Type;
    }

    /// <summary>Gives the frame back, which a call that is done needs no more: its reply may have to wait for its turn. The transport's thread.</summary>
    internal void ReleaseFrame()
    {
        MethodName = default;
        Arguments = default;
        if (_frame.Length > KeptFrameBytes)
        {
            _connection.Dispatcher.Frames.Return(_frame);
            _frame = [];
        }

        _connection.Dispatcher.Statistics.OnFrameReleased(_frameLength);
        _frameLength = 0;
    }

    /// <summary>Makes the object ready for its next call.</summary>
    internal void Release()
    {
        if (_frameLength > 0)
        {
            ReleaseFrame();
        }

        Reply.Reset();
    }
}
