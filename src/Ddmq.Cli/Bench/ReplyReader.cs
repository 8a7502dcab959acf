using Ddmq.Thrift.ProducerProxy;
using Ddmq.Thrift.Protocol;

namespace Ddmq.Cli.Bench;

/// <summary>Decodes replies with the generated codec, into one object used again for each. Not thread-safe.</summary>
internal sealed class ReplyReader(ThriftProtocol protocol)
{
    // The results of the three methods look alike on the wire: field 0 is a Result.
    private readonly SendSyncResult _result = new();

    /// <summary>Reads one reply's frame, without its length.</summary>
    /// <param name="frame">Stays the caller's.</param>
    /// <param name="text">The reply's text; a slice of the frame.</param>
    /// <returns>The result code, or <see cref="ReplyCounts.ExceptionCode"/>.</returns>
    /// <exception cref="ThriftFormatException">The frame is not a reply.</exception>
    public int Read(ReadOnlyMemory<byte> frame, out ReadOnlyMemory<byte> text)
    {
        if (protocol == ThriftProtocol.Compact)
        {
            var compact = new CompactReader(frame, ThriftLimits.Default);
            return Read(ref compact, out text);
        }

        var binary = new BinaryProtocolReader(frame, ThriftLimits.Default);
        return Read(ref binary, out text);
    }

    private int Read<TReader>(ref TReader reader, out ReadOnlyMemory<byte> text)
        where TReader : struct, IThriftReader, allows ref struct
    {
        ThriftMessageHeader header = reader.ReadMessageBegin();
        if (header.Type == ThriftMessageType.Exception)
        {
            _ = ThriftApplicationErrors.Read(ref reader, out text);
            return ReplyCounts.ExceptionCode;
        }

        _result.Read(ref reader);
        text = _result.Success?.Msg ?? default;

        // A reply without a result is a broken server; it must not pass for code 0.
        return _result.Success?.Code ?? ReplyCounts.ExceptionCode;
    }
}
