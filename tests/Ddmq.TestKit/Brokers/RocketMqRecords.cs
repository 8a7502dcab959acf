using System.Buffers.Binary;
using System.IO.Compression;

namespace Ddmq.TestKit.Brokers;

/// <summary>
/// The stored form of RocketMQ's messages, as a pull returns them, one behind the other. All integers big-endian: 4 size, 4 magic, 4 CRC,
/// 4 queue, 4 flag, 8 queue offset, 8 log offset, 4 sysFlag, 8 born time, 8 (20) born host, 8 store time, 8 (20) store host, 4 attempts,
/// 8 prepared offset, 4 + n body, 1 (second magic: 2) + n topic, 2 + n properties. Hosts are 20 bytes long when sysFlag has 0x10, 0x20.
/// </summary>
internal static class RocketMqRecords
{
    private const uint Magic1 = 0xDAA320A7;
    private const uint Magic2 = 0xDAA320AB;
    private const byte NameEnd = 1;
    private const byte PropertyEnd = 2;

    /// <summary>Takes a pull's body apart.</summary>
    /// <param name="broker">The name of the broker that it came from.</param>
    /// <param name="body">Whole records.</param>
    public static IReadOnlyList<RocketMqStoredMessage> Parse(string broker, ReadOnlySpan<byte> body)
    {
        var messages = new List<RocketMqStoredMessage>();
        while (body.Length > 0)
        {
            int size = BinaryPrimitives.ReadInt32BigEndian(body);
            messages.Add(ParseOne(broker, body[..size]));
            body = body[size..];
        }

        return messages;
    }

    private static RocketMqStoredMessage ParseOne(string broker, ReadOnlySpan<byte> record)
    {
        ReadOnlySpan<byte> rest = record[4..];
        uint magic = BinaryPrimitives.ReadUInt32BigEndian(Take(ref rest, 4));
        if (magic is not (Magic1 or Magic2))
        {
            throw new InvalidDataException($"A stored message begins with {magic:X8}.");
        }

        Take(ref rest, 4);
        int queue = BinaryPrimitives.ReadInt32BigEndian(Take(ref rest, 4));
        int flag = BinaryPrimitives.ReadInt32BigEndian(Take(ref rest, 4));
        long offset = BinaryPrimitives.ReadInt64BigEndian(Take(ref rest, 8));
        Take(ref rest, 8);
        int sysFlag = BinaryPrimitives.ReadInt32BigEndian(Take(ref rest, 4));
        long born = BinaryPrimitives.ReadInt64BigEndian(Take(ref rest, 8));
        Take(ref rest, (sysFlag & 0x10) != 0 ? 20 : 8);
        Take(ref rest, 8);
        Take(ref rest, (sysFlag & 0x20) != 0 ? 20 : 8);
        Take(ref rest, 4 + 8);
        byte[] body = Take(ref rest, BinaryPrimitives.ReadInt32BigEndian(Take(ref rest, 4))).ToArray();
        Take(ref rest, magic == Magic2 ? BinaryPrimitives.ReadUInt16BigEndian(Take(ref rest, 2)) : Take(ref rest, 1)[0]);
        ReadOnlySpan<byte> properties = Take(ref rest, BinaryPrimitives.ReadUInt16BigEndian(Take(ref rest, 2)));
        return new RocketMqStoredMessage(
            new RocketMqQueue(broker, queue),
            offset,
            flag,
            sysFlag,
            born,
            Properties(properties),
            (sysFlag & 1) != 0 ? Unpack(body) : body);
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> rest, int count)
    {
        ReadOnlySpan<byte> taken = rest[..count];
        rest = rest[count..];
        return taken;
    }

    // name 1 value 2 name 1 value 2 ...; the last 2 can be missing.
    private static List<(byte[] Name, byte[] Value)> Properties(ReadOnlySpan<byte> text)
    {
        var properties = new List<(byte[], byte[])>();
        while (text.Length > 0)
        {
            int end = text.IndexOf(PropertyEnd);
            ReadOnlySpan<byte> property = end < 0 ? text : text[..end];
            text = end < 0 ? [] : text[(end + 1)..];
            int split = property.IndexOf(NameEnd);
            properties.Add(split < 0 ? (property.ToArray(), []) : (property[..split].ToArray(), property[(split + 1)..].ToArray()));
        }

        return properties;
    }

    private static byte[] Unpack(byte[] body)
    {
        using var zlib = new ZLibStream(new MemoryStream(body), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        zlib.CopyTo(plain);
        return plain.ToArray();
    }
}
