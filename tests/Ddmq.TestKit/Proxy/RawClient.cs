using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Ddmq.Thrift.ProducerProxy;
using Ddmq.Thrift.Protocol;

namespace Ddmq.TestKit.Proxy;

/// <summary>A socket to the proxy that sends exactly the bytes it is told to.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly NetworkStream _stream;

    private RawClient(Socket socket)
    {
        Socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: true);
    }

    public Socket Socket { get; }

    public static async Task<RawClient> ConnectAsync(IPEndPoint endPoint)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(endPoint);
        return new RawClient(socket);
    }

    /// <summary>The frame of a sendSync call.</summary>
    public static byte[] SendSync(
        string topic, string body = "body", int sequenceId = 1, ThriftProtocol protocol = ThriftProtocol.Compact, Action<Message>? change = null)
    {
        var message = new Message { Topic = Encoding.UTF8.GetBytes(topic), Body = Encoding.UTF8.GetBytes(body), PartitionId = -2 };
        change?.Invoke(message);
        return Frame("sendSync", sequenceId, protocol, new SendSyncArgs { Message = message, Timeout = 5000 });
    }

    /// <summary>The frame of any call.</summary>
    public static byte[] Frame(
        string method, int sequenceId, ThriftProtocol protocol, IThriftStruct arguments, ThriftMessageType type = ThriftMessageType.Call)
    {
        var buffer = new ThriftBuffer();
        buffer.BeginFrame();
        if (protocol == ThriftProtocol.Compact)
        {
            var writer = new CompactWriter(buffer);
            writer.WriteMessageBegin(Encoding.UTF8.GetBytes(method), type, sequenceId);
            arguments.Write(ref writer);
        }
        else
        {
            var writer = new BinaryProtocolWriter(buffer);
            writer.WriteMessageBegin(Encoding.UTF8.GetBytes(method), type, sequenceId);
            arguments.Write(ref writer);
        }

        buffer.EndFrame();
        return buffer.WrittenSpan.ToArray();
    }

    public async Task SendAsync(byte[] bytes) => await _stream.WriteAsync(bytes).AsTask().WaitAsync(Patience);

    /// <summary>The next reply's frame without its length; null when the proxy has closed the connection.</summary>
    public async Task<byte[]?> ReceiveAsync()
    {
        byte[] length = new byte[4];
        if (await ReadAsync(length) < 4)
        {
            return null;
        }

        byte[] frame = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
        return await ReadAsync(frame) == frame.Length ? frame : null;
    }

    /// <summary>The next reply of a method that returns a Result.</summary>
    public async Task<(int SequenceId, int Code, string Message)> ReceiveResultAsync() =>
        ReadResult(await ReceiveAsync() ?? throw new IOException("the proxy closed the connection instead of answering"));

    /// <summary>What the frame of such a reply says, without its length; an EXCEPTION message has codes of its own, below -1000.</summary>
    public static (int SequenceId, int Code, string Message) ReadResult(ReadOnlyMemory<byte> frame) => frame.Span[0] == 0x82
        ? Read(new CompactReader(frame, ThriftLimits.Default))
        : Read(new BinaryProtocolReader(frame, ThriftLimits.Default));

    /// <summary>Whether the proxy closes the connection now, replies before that aside.</summary>
    public async Task<bool> IsClosedByPeerAsync()
    {
        while (await ReceiveAsync() is not null)
        {
        }

        return true;
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private static (int SequenceId, int Code, string Message) Read<TReader>(TReader reader)
        where TReader : struct, IThriftReader, allows ref struct
    {
        ThriftMessageHeader header = reader.ReadMessageBegin();
        if (header.Type == ThriftMessageType.Exception)
        {
            ThriftApplicationError error = ThriftApplicationErrors.Read(ref reader, out ReadOnlyMemory<byte> text);
            return (header.SequenceId, -1000 - (int)error, Encoding.UTF8.GetString(text.Span));
        }

        var result = new SendSyncResult();
        result.Read(ref reader);
        return (header.SequenceId, result.Success!.Code, Encoding.UTF8.GetString(result.Success.Msg!.Value.Span));
    }

    private async Task<int> ReadAsync(byte[] buffer)
    {
        try
        {
            return await _stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false).AsTask().WaitAsync(Patience);
        }
        catch (IOException)
        {
            return 0; // reset by the peer is closed, too
        }
    }
}
