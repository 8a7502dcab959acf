using System.Buffers.Binary;
using System.Text;
using Ddmq.Thrift.Protocol;
using Ddmq.Thrift.Server;

namespace Ddmq.UnitTests.Thrift.Server;

/// <summary>A connection without a socket, and a handler that keeps its calls unless a test says otherwise.</summary>
public abstract class ConnectionTestBase
{
    protected List<ThriftCall> Calls { get; } = [];

    protected CallHandler? Handler { get; set; }

    private protected ThriftConnection Connect(out FakeTransport transport, ThriftServerOptions? options = null, Action<Exception>? failed = null, int callsPerTurn = int.MaxValue)
    {
        Calls.Clear();
        Handler = Calls.Add;
        transport = new FakeTransport();
        return new ThriftConnection(
            new ThriftDispatcher(call => Handler(call), options ?? new ThriftServerOptions()) { HandlerFailed = failed }, transport)
        {
            CallsPerTurn = callsPerTurn,
        };
    }

    protected static byte[] Frame(string method, int sequenceId, ThriftMessageType type = ThriftMessageType.Call)
    {
        var buffer = new ThriftBuffer();
        buffer.BeginFrame();
        var writer = new CompactWriter(buffer);
        writer.WriteMessageBegin(Encoding.UTF8.GetBytes(method), type, sequenceId);
        writer.WriteFieldStop();
        buffer.EndFrame();
        return buffer.WrittenSpan.ToArray();
    }

    protected static byte[] Take(ThriftConnection connection)
    {
        byte[] replies = new byte[65536];
        return replies[..connection.TakeReplies(replies)];
    }

    protected static int[] SequenceIds(byte[] replies)
    {
        var ids = new List<int>();
        for (int at = 0; at < replies.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(replies.AsSpan(at));
            var reader = new CompactReader(replies.AsMemory(at + 4, length), new ThriftLimits());
            ids.Add(reader.ReadMessageBegin().SequenceId);
            at += 4 + length;
        }

        return [.. ids];
    }
}
