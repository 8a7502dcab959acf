using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Ddmq.Storage.RocketMq.Remoting;

/// <summary>
/// One frame from a peer, read in place; its grammar is <see cref="RequestWriter"/>'s. The two fields that every send's reply has are picked
/// out while reading; nothing is allocated unless somebody asks for the <see cref="Remark"/>.
/// </summary>
internal ref struct ResponseFrame
{
    private const int BinaryFixed = 21;
    private const int ResponseBit = 1;

    private ReadOnlySpan<byte> _remark;
    private bool _isRemarkEscaped;

    /// <summary>The response code; a request's code when <see cref="IsResponse"/> is false.</summary>
    public int Code { get; private set; }

    /// <summary>Whose reply it is.</summary>
    public int Opaque { get; private set; }

    /// <summary>The flag word.</summary>
    public int Flag { get; private set; }

    /// <summary>The ext field <c>queueOffset</c>, -1 when absent or no number.</summary>
    public long QueueOffset { get; private set; }

    /// <summary>The body.</summary>
    public ReadOnlySpan<byte> Body { get; private set; }

    /// <summary>False for what the peer sends of its own accord: its opaque is not ours.</summary>
    public readonly bool IsResponse => (Flag & ResponseBit) != 0;

    /// <summary>What the peer says about the code; null when nothing. Allocates.</summary>
    public readonly string? Remark => _remark.IsEmpty
        ? null
        : _isRemarkEscaped ? Unescape(_remark) : Encoding.UTF8.GetString(_remark);

    /// <summary>Reads a frame.</summary>
    /// <param name="frame">What comes behind the length field.</param>
    /// <param name="response">Refers to the frame's bytes.</param>
    /// <returns>False when it is malformed.</returns>
    public static bool TryRead(ReadOnlySpan<byte> frame, out ResponseFrame response)
    {
        response = new ResponseFrame { QueueOffset = -1 };
        if (frame.Length < sizeof(int))
        {
            return false;
        }

        int headerLength = BinaryPrimitives.ReadInt32BigEndian(frame) & 0xFFFFFF;
        if (headerLength > frame.Length - sizeof(int))
        {
            return false;
        }

        ReadOnlySpan<byte> header = frame.Slice(sizeof(int), headerLength);
        response.Body = frame[(sizeof(int) + headerLength)..];
        return frame[0] switch
        {
            (byte)HeaderEncoding.Json => response.ReadJson(header),
            (byte)HeaderEncoding.Binary => response.ReadBinary(header),
            _ => false,
        };
    }

    private bool ReadBinary(ReadOnlySpan<byte> header)
    {
        if (header.Length < BinaryFixed)
        {
            return false;
        }

        Code = BinaryPrimitives.ReadInt16BigEndian(header);
        Opaque = BinaryPrimitives.ReadInt32BigEndian(header[5..]);
        Flag = BinaryPrimitives.ReadInt32BigEndian(header[9..]);
        int remarkLength = BinaryPrimitives.ReadInt32BigEndian(header[13..]);
        header = header[17..];
        if ((uint)remarkLength > (uint)(header.Length - sizeof(int)))
        {
            return false;
        }

        _remark = header[..remarkLength];
        header = header[remarkLength..];
        int fieldsLength = BinaryPrimitives.ReadInt32BigEndian(header);
        header = header[sizeof(int)..];
        if ((uint)fieldsLength > (uint)header.Length)
        {
            return false;
        }

        return ReadBinaryFields(header[..fieldsLength]);
    }

    private bool ReadBinaryFields(ReadOnlySpan<byte> fields)
    {
        while (!fields.IsEmpty)
        {
            if (fields.Length < sizeof(short))
            {
                return false;
            }

            int keyLength = BinaryPrimitives.ReadUInt16BigEndian(fields);
            fields = fields[sizeof(short)..];
            if (keyLength > fields.Length - sizeof(int))
            {
                return false;
            }

            ReadOnlySpan<byte> key = fields[..keyLength];
            int valueLength = BinaryPrimitives.ReadInt32BigEndian(fields[keyLength..]);
            fields = fields[(keyLength + sizeof(int))..];
            if ((uint)valueLength > (uint)fields.Length)
            {
                return false;
            }

            Take(key, fields[..valueLength]);
            fields = fields[valueLength..];
        }

        return true;
    }

    private bool ReadJson(ReadOnlySpan<byte> header)
    {
        var reader = new Utf8JsonReader(header);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            bool hasOpaque = false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("code"u8))
                {
                    Code = ReadInt32(ref reader);
                }
                else if (reader.ValueTextEquals("opaque"u8))
                {
                    Opaque = ReadInt32(ref reader);
                    hasOpaque = true;
                }
                else if (reader.ValueTextEquals("flag"u8))
                {
                    Flag = ReadInt32(ref reader);
                }
                else if (reader.ValueTextEquals("remark"u8))
                {
                    ReadRemark(ref reader);
                }
                else if (reader.ValueTextEquals("extFields"u8))
                {
                    ReadJsonFields(ref reader);
                }
                else
                {
                    reader.Skip();
                }
            }

            // One value and nothing behind it.
            return hasOpaque && reader.TokenType == JsonTokenType.EndObject && !reader.Read();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }

    private void ReadRemark(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            _remark = reader.ValueSpan;
            _isRemarkEscaped = reader.ValueIsEscaped;
        }
        else
        {
            reader.Skip();
        }
    }

    private void ReadJsonFields(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ReadOnlySpan<byte> key = reader.ValueSpan;
            reader.Read();
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.Number)
            {
                Take(key, reader.ValueSpan);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void Take(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (key.SequenceEqual("queueOffset"u8) && Utf8Parser.TryParse(value, out long offset, out int consumed) && consumed == value.Length)
        {
            QueueOffset = offset;
        }
    }

    private static int ReadInt32(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.GetInt32();
    }

    private static string Unescape(ReadOnlySpan<byte> remark)
    {
        byte[] quoted = [(byte)'"', .. remark, (byte)'"'];
        var reader = new Utf8JsonReader(quoted);
        reader.Read();
        try
        {
            return reader.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            // An escape that is half a surrogate pair: as it came.
            return Encoding.UTF8.GetString(remark);
        }
    }
}
