using Ddmq.Storage.RocketMq.Remoting;

namespace Ddmq.Storage.RocketMq.Sending;

/// <summary>
/// One message in a batch's body, big-endian.
/// <code>
/// size:4 (of the whole record) | magic:4 (0) | crc:4 (0) | flag:4 (0) | body:(4 n) | properties:(2 n)
/// </code>
/// In the fork's form for several topics follow <c>topic index:4 | queue id:4</c>, which its size counts. Source: MessageDecoder.encodeMessage.
/// </summary>
internal static class BatchRecord
{
    /// <summary>Bytes that every record has.</summary>
    public const int FixedBytes = 22;

    /// <summary>What the fork's form adds.</summary>
    public const int MultiTopicBytes = 8;

    /// <summary>Begins a record; its property string comes next.</summary>
    /// <param name="writer">In a frame's body.</param>
    /// <param name="body">The message's body.</param>
    /// <param name="propertiesLength">Of the property string, in bytes; at most 32,767.</param>
    /// <param name="isMultiTopic">Whether it has the fork's form; the two fields are the caller's to write.</param>
    public static void Begin(ref RequestWriter writer, ReadOnlySpan<byte> body, int propertiesLength, bool isMultiTopic)
    {
        writer.WriteInt32(FixedBytes + body.Length + propertiesLength + (isMultiTopic ? MultiTopicBytes : 0));
        writer.WriteInt32(0);
        writer.WriteInt32(0);
        writer.WriteInt32(0);
        writer.WriteInt32(body.Length);
        writer.Write(body);
        writer.WriteInt16(checked((short)propertiesLength));
    }
}
