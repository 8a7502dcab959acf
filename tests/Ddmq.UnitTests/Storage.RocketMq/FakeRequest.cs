using Ddmq.Storage.RocketMq.Remoting;

namespace Ddmq.UnitTests.Storage.RocketMq;

/// <summary>One request as a <see cref="FakeRocketMq"/> got it.</summary>
internal sealed record FakeRequest(
    int Code, int Opaque, int Flag, int Version, HeaderEncoding Encoding, IReadOnlyDictionary<string, string> Fields, byte[] Body, byte[] Frame, int Connection)
{
    public bool IsSend => Code is RequestCode.SendMessageV2 or RequestCode.SendBatch;

    public string BodyText => System.Text.Encoding.UTF8.GetString(Body);

    /// <summary>The properties in the header.</summary>
    public IReadOnlyList<(string Name, string Value)> Properties => ParseProperties(Fields["i"]);

    /// <summary>The records of a batch.</summary>
    public IReadOnlyList<FakeRecord> Records(bool isMultiTopic = false)
    {
        var records = new List<FakeRecord>();
        ReadOnlySpan<byte> rest = Body;
        while (!rest.IsEmpty)
        {
            int size = Int32(rest);
            int bodyLength = Int32(rest[16..]);
            byte[] body = rest.Slice(20, bodyLength).ToArray();
            int propertiesLength = (rest[20 + bodyLength] << 8) | rest[21 + bodyLength];
            string properties = System.Text.Encoding.UTF8.GetString(rest.Slice(22 + bodyLength, propertiesLength));
            int end = 22 + bodyLength + propertiesLength;
            records.Add(new FakeRecord(
                size,
                System.Text.Encoding.UTF8.GetString(body),
                ParseProperties(properties),
                isMultiTopic ? Int32(rest[end..]) : -1,
                isMultiTopic ? Int32(rest[(end + 4)..]) : -1));
            rest = rest[(end + (isMultiTopic ? 8 : 0))..];
        }

        return records;
    }

    /// <summary>Reads a whole frame, by the grammar in the protocol's description and none of the code under test.</summary>
    public static FakeRequest Parse(byte[] frame, int connection)
    {
        int word = Int32(frame.AsSpan(4));
        int headerLength = word & 0xFFFFFF;
        ReadOnlySpan<byte> header = frame.AsSpan(8, headerLength);
        byte[] body = frame[(8 + headerLength)..];
        var fields = new Dictionary<string, string>();
        if (word >> 24 == 0)
        {
            using var json = System.Text.Json.JsonDocument.Parse(header.ToArray());
            foreach (System.Text.Json.JsonProperty property in json.RootElement.GetProperty("extFields").EnumerateObject())
            {
                fields.Add(property.Name, property.Value.GetString()!);
            }

            return new FakeRequest(
                json.RootElement.GetProperty("code").GetInt32(),
                json.RootElement.GetProperty("opaque").GetInt32(),
                json.RootElement.GetProperty("flag").GetInt32(),
                json.RootElement.GetProperty("version").GetInt32(),
                HeaderEncoding.Json,
                fields,
                body,
                frame,
                connection);
        }

        int code = (header[0] << 8) | header[1];
        int version = (header[3] << 8) | header[4];
        ReadOnlySpan<byte> rest = header[21..];
        while (!rest.IsEmpty)
        {
            int keyLength = (rest[0] << 8) | rest[1];
            string key = System.Text.Encoding.UTF8.GetString(rest.Slice(2, keyLength));
            int valueLength = Int32(rest[(2 + keyLength)..]);
            fields.Add(key, System.Text.Encoding.UTF8.GetString(rest.Slice(6 + keyLength, valueLength)));
            rest = rest[(6 + keyLength + valueLength)..];
        }

        return new FakeRequest(code, Int32(header[5..]), Int32(header[9..]), version, HeaderEncoding.Binary, fields, body, frame, connection);
    }

    private static List<(string, string)> ParseProperties(string text) =>
        [.. text.Split('\u0002', StringSplitOptions.RemoveEmptyEntries).Select(pair => (pair.Split('\u0001')[0], pair.Split('\u0001')[1]))];

    private static int Int32(ReadOnlySpan<byte> bytes) => System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes);
}
