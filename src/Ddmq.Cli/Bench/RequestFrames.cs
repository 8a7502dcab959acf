using System.Text;
using Ddmq.Thrift.ProducerProxy;
using Ddmq.Thrift.Protocol;

namespace Ddmq.Cli.Bench;

/// <summary>
/// The request every connection sends, encoded once and repeated, so that a whole pipeline of it goes out with one
/// call. Read-only; shared by all threads.
/// </summary>
internal sealed class RequestFrames
{
    private const int MostRepeatedBytes = 64 * 1024;
    private const int KeyLength = 16;

    private RequestFrames(byte[] block, int frameLength)
    {
        Block = block;
        FrameLength = frameLength;
    }

    /// <summary>One or more copies of the frame. Pinned: its address does not change.</summary>
    public byte[] Block { get; }

    /// <summary>Bytes of one frame, its length prefix included.</summary>
    public int FrameLength { get; }

    /// <summary>Encodes the request that the options ask for.</summary>
    public static RequestFrames Encode(LoadOptions options)
    {
        var buffer = new ThriftBuffer();
        buffer.BeginFrame();
        if (options.Protocol == ThriftProtocol.Compact)
        {
            var writer = new CompactWriter(buffer);
            WriteCall(ref writer, options);
        }
        else
        {
            var writer = new BinaryProtocolWriter(buffer);
            WriteCall(ref writer, options);
        }

        buffer.EndFrame();
        int copies = Math.Clamp(options.Pipeline, 1, Math.Max(1, MostRepeatedBytes / buffer.Length));
        byte[] block = GC.AllocateUninitializedArray<byte>(copies * buffer.Length, pinned: true);
        for (int i = 0; i < copies; i++)
        {
            buffer.WrittenSpan.CopyTo(block.AsSpan(i * buffer.Length));
        }

        var frames = new RequestFrames(block, buffer.Length);
        buffer.Reset();
        return frames;
    }

    private static void WriteCall<TWriter>(ref TWriter writer, LoadOptions options)
        where TWriter : struct, IThriftWriter, allows ref struct
    {
        writer.WriteMessageBegin(ProducerServiceMethods.Name(options.Method), ThriftMessageType.Call, 1);

        // Seeded, so that two runs send the same bytes; text, so that a tail of the topic is legible.
        var random = new Random(9613);
        switch (options.Method)
        {
            case ProducerServiceMethod.SendSync:
                new SendSyncArgs { Message = MakeMessage(options, random), Timeout = options.TimeoutMs }.Write(ref writer);
                break;
            case ProducerServiceMethod.SendAsync:
                new SendAsyncArgs { Message = MakeMessage(options, random) }.Write(ref writer);
                break;
            case ProducerServiceMethod.SendBatchSync:
                var messages = new ThriftList<Message>();
                for (int i = 0; i < options.Batch; i++)
                {
                    messages.Add(MakeMessage(options, random));
                }

                new SendBatchSyncArgs { Messages = messages }.Write(ref writer);
                break;
            default:
                throw new ArgumentException($"{options.Method} carries no ordinary message", nameof(options));
        }
    }

    // Field for field what the Java SDK sends: no value, no tags, any partition.
    private static Message MakeMessage(LoadOptions options, Random random) => new()
    {
        Topic = Encoding.UTF8.GetBytes(options.Topic),
        Key = RandomText(KeyLength, random),
        PartitionId = -2,
        Body = RandomText(options.BodySize, random),
        Version = "ddmq_bench"u8.ToArray(),
    };

    private static byte[] RandomText(int length, Random random) =>
        random.GetItems("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8, length);
}
