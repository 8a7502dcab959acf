using System.Globalization;
using System.Text;
using Ddmq.Thrift.ProducerProxy;
using Ddmq.Thrift.Protocol;

namespace Ddmq.Cli.Bench;

/// <summary>
/// The request every connection sends, or one for each topic, encoded once and repeated, so that a whole pipeline goes out with one
/// call. All frames have the same length. Read-only; shared by all threads.
/// </summary>
internal sealed class RequestFrames
{
    private const int MostRepeatedBytes = 64 * 1024;
    private const int KeyLength = 16;

    private RequestFrames(byte[] block, int frameLength, int cycle)
    {
        Block = block;
        FrameLength = frameLength;
        Cycle = cycle;
    }

    /// <summary>One or more copies of the frame. Pinned: its address does not change.</summary>
    public byte[] Block { get; }

    /// <summary>Bytes of one frame, its length prefix included.</summary>
    public int FrameLength { get; }

    /// <summary>Bytes after which the frames repeat.</summary>
    public int Cycle { get; }

    /// <summary>Encodes the request that the options ask for.</summary>
    public static RequestFrames Encode(LoadOptions options)
    {
        if (options.Topics > 1)
        {
            return EncodeTopics(options);
        }

        byte[] frame = EncodeOne(options);
        int copies = Math.Clamp(options.Pipeline, 1, Math.Max(1, MostRepeatedBytes / frame.Length));
        return new RequestFrames(Join(Enumerable.Repeat(frame, copies)), frame.Length, frame.Length);
    }

    private static RequestFrames EncodeTopics(LoadOptions options)
    {
        byte[] block = Join(Enumerable.Range(0, options.Topics).Select(
            i => EncodeOne(options with { Topic = string.Create(CultureInfo.InvariantCulture, $"{options.Topic}{i:D5}") })));
        return new RequestFrames(block, block.Length / options.Topics, block.Length);
    }

    private static byte[] Join(IEnumerable<byte[]> frames)
    {
        byte[][] all = [.. frames];
        byte[] block = GC.AllocateUninitializedArray<byte>(all.Sum(frame => frame.Length), pinned: true);
        int at = 0;
        foreach (byte[] frame in all)
        {
            frame.CopyTo(block, at);
            at += frame.Length;
        }

        return block;
    }

    private static byte[] EncodeOne(LoadOptions options)
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
        byte[] frame = buffer.WrittenSpan.ToArray();
        buffer.Reset();
        return frame;
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
