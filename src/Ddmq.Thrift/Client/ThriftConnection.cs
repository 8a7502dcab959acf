using System.Buffers.Binary;
using System.Net.Sockets;
using Ddmq.Thrift.Protocol;

namespace Ddmq.Thrift.Client;

/// <summary>
/// One framed connection with any number of calls on the way. Thread-safe.
/// <para>
/// Writing: calls are encoded under a lock into one buffer, and whoever finds no writer at work becomes the writer until
/// the buffer is empty. Reading: one loop; replies come in the order of the calls and must carry their numbers.
/// </para>
/// <para>A connection breaks once: every pending call fails then, and every later one.</para>
/// </summary>
internal sealed class ThriftConnection : IAsyncDisposable
{
    private const int FirstReceiveSize = 16 * 1024;
    private const int MaxReplyLength = 16 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<PendingCall> _pending = new();
    private readonly SemaphoreSlim _writer = new(1, 1);
    private readonly Socket _socket;
    private readonly ThriftProtocol _protocol;
    private readonly string _peer;
    private readonly Task _receiving;
    private ThriftBuffer _outgoing = new();
    private ThriftBuffer _writing = new();
    private int _lastSequenceId;
    private string? _brokenBecause;
    private Exception? _brokenBy;

    /// <param name="socket">Connected; belongs to the connection from now on.</param>
    /// <param name="protocol">What to speak.</param>
    /// <param name="peer">The server's name and port, for texts.</param>
    public ThriftConnection(Socket socket, ThriftProtocol protocol, string peer)
    {
        _socket = socket;
        _protocol = protocol;
        _peer = peer;
        _receiving = ReceiveAsync();
    }

    /// <summary>Encodes and sends a call. The arguments are not looked at any more once this has returned.</summary>
    /// <exception cref="IOException">The connection is broken or closed.</exception>
    public void Send<TArgs>(PendingCall call, ReadOnlySpan<byte> name, TArgs arguments)
        where TArgs : class, IThriftStruct
    {
        bool isWriter;
        bool isAlone;
        lock (_gate)
        {
            if (_brokenBecause is not null)
            {
                throw Broken();
            }

            call.SequenceId = ++_lastSequenceId;
            EncodeFrame(name, call.SequenceId, arguments);
            _pending.Enqueue(call);
            isAlone = _pending.Count == 1;
            isWriter = _writer.Wait(0);
        }

        if (isWriter)
        {
            // Not lost: it cannot throw, and disposing waits for it by way of the semaphore.
            _ = WriteAsync(letOthersIn: !isAlone);
        }
    }

    /// <summary>Closes the connection; pending calls fail.</summary>
    public async ValueTask DisposeAsync()
    {
        Break("it was closed by this client", null);
        await _receiving.ConfigureAwait(false);
        await _writer.WaitAsync().ConfigureAwait(false);
        _writer.Release();
    }

    private void EncodeFrame<TArgs>(ReadOnlySpan<byte> name, int sequenceId, TArgs arguments)
        where TArgs : class, IThriftStruct
    {
        _outgoing.BeginFrame();
        try
        {
            Encode(name, sequenceId, arguments);
        }
        catch
        {
            // Half a frame would garble all that follow.
            _outgoing.AbandonFrame();
            throw;
        }

        _outgoing.EndFrame();
    }

    private void Encode<TArgs>(ReadOnlySpan<byte> name, int sequenceId, TArgs arguments)
        where TArgs : class, IThriftStruct
    {
        if (_protocol == ThriftProtocol.Compact)
        {
            var writer = new CompactWriter(_outgoing);
            writer.WriteMessageBegin(name, ThriftMessageType.Call, sequenceId);
            arguments.Write(ref writer);
        }
        else
        {
            var writer = new BinaryProtocolWriter(_outgoing);
            writer.WriteMessageBegin(name, ThriftMessageType.Call, sequenceId);
            arguments.Write(ref writer);
        }
    }

    private async Task WriteAsync(bool letOthersIn)
    {
        try
        {
            if (letOthersIn)
            {
                // A lone call goes out at once. With others on the way, those that are being made right now share a packet.
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            }

            while (TryTakeOutgoing(out ReadOnlyMemory<byte> bytes))
            {
                while (!bytes.IsEmpty)
                {
                    bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None).ConfigureAwait(false)..];
                }

                _writing.Reset();
            }
        }
        catch (Exception error)
        {
            // Whatever it was, no caller may be left waiting for it.
            Break($"writing failed: {error.Message}", error);
            _writer.Release();
        }
    }

    // Also ends the writer's term, under the lock that guards against a call slipping in between.
    private bool TryTakeOutgoing(out ReadOnlyMemory<byte> bytes)
    {
        lock (_gate)
        {
            if (_outgoing.Length == 0 || _brokenBecause is not null)
            {
                _writer.Release();
                bytes = default;
                return false;
            }

            (_outgoing, _writing) = (_writing, _outgoing);
            bytes = _writing.WrittenMemory;
            return true;
        }
    }

    private async Task ReceiveAsync()
    {
        byte[] buffer = new byte[FirstReceiveSize];
        int filled = 0;
        try
        {
            while (true)
            {
                int received = await _socket.ReceiveAsync(buffer.AsMemory(filled), SocketFlags.None).ConfigureAwait(false);
                if (received == 0)
                {
                    Break("the server closed it", null);
                    return;
                }

                filled += received;
                int taken = TakeFrames(buffer.AsSpan(0, filled), out int frameSize);
                filled -= taken;
                byte[] next = frameSize > buffer.Length ? new byte[frameSize] : buffer;
                buffer.AsSpan(taken, filled).CopyTo(next);
                buffer = next;
            }
        }
        catch (ThriftFormatException error)
        {
            Break($"the server's reply is malformed: {error.Message}", error);
        }
        catch (Exception error)
        {
            // Whatever it was, no caller may be left waiting for it.
            Break($"reading failed: {error.Message}", error);
        }
    }

    /// <summary>Hands every whole frame to its call.</summary>
    /// <param name="received">What there is.</param>
    /// <param name="frameSize">The size of the frame that is not whole yet, its length included; 0 when not known.</param>
    /// <returns>The number of bytes used up.</returns>
    private int TakeFrames(ReadOnlySpan<byte> received, out int frameSize)
    {
        int taken = 0;
        while (received.Length - taken >= ThriftBuffer.FramePrefixLength)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(received[taken..]);
            if ((uint)length > MaxReplyLength)
            {
                throw new ThriftFormatException(
                    ThriftFormatError.SizeLimit, $"a frame of {length} bytes, the limit is {MaxReplyLength}");
            }

            frameSize = ThriftBuffer.FramePrefixLength + length;
            if (received.Length - taken < frameSize)
            {
                return taken;
            }

            // The reply's texts are slices of this copy, which so belongs to the caller.
            Take(received.Slice(taken + ThriftBuffer.FramePrefixLength, length).ToArray());
            taken += frameSize;
        }

        frameSize = 0;
        return taken;
    }

    private void Take(ReadOnlyMemory<byte> frame)
    {
        if (_protocol == ThriftProtocol.Compact)
        {
            var reader = new CompactReader(frame, ThriftLimits.Default);
            Take(ref reader);
        }
        else
        {
            var reader = new BinaryProtocolReader(frame, ThriftLimits.Default);
            Take(ref reader);
        }
    }

    private void Take<TReader>(scoped ref TReader reader)
        where TReader : struct, IThriftReader, allows ref struct
    {
        ThriftMessageHeader header = reader.ReadMessageBegin();
        PendingCall? call;
        lock (_gate)
        {
            // It stays in the queue until it has its reply, so that it fails with the others if the reply is malformed.
            _pending.TryPeek(out call);
        }

        if (call?.SequenceId != header.SequenceId)
        {
            string expected = call is null ? "none" : $"number {call.SequenceId}";
            throw new ThriftFormatException(
                ThriftFormatError.WrongType, $"a reply numbered {header.SequenceId} where {expected} was expected");
        }

        if (header.Type is not (ThriftMessageType.Reply or ThriftMessageType.Exception))
        {
            throw new ThriftFormatException(ThriftFormatError.WrongType, $"a message of type {header.Type} where a reply was expected");
        }

        call.Complete(ref reader, header.Type);
        lock (_gate)
        {
            _pending.TryDequeue(out _);
        }
    }

    private void Break(string because, Exception? by)
    {
        PendingCall[] failed;
        lock (_gate)
        {
            if (_brokenBecause is null)
            {
                _brokenBecause = because;
                _brokenBy = by;
            }

            failed = [.. _pending];
            _pending.Clear();
        }

        _socket.Dispose();
        foreach (PendingCall call in failed)
        {
            call.Fail(Broken());
        }
    }

    private IOException Broken() => new($"The connection to {_peer} is broken: {_brokenBecause}.", _brokenBy);
}
