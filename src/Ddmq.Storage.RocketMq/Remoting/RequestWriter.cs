using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;

namespace Ddmq.Storage.RocketMq.Remoting;

/// <summary>
/// Writes one request frame into a buffer that is large enough. Big-endian.
/// <code>
/// frame  = length:4 (of all that follows) | type:1 headerLength:3 | header | body
/// binary = code:2 language:1 version:2 opaque:4 flag:4 remark:(4 n) fieldsLength:4 { key:(2 n) value:(4 n) }
/// json   = {"code":..,"extFields":{..},"flag":..,"language":"DOTNET","opaque":..,"serializeTypeCurrentRPC":"JSON","version":..}
/// </code>
/// Calls in this order: <see cref="Begin"/>, fields, <see cref="BeginBody"/>, body, <see cref="End"/>. With a signer the fields must come in
/// ordinal order of their names: that is what is signed. Source: RemotingCommand, RocketMQSerializable.
/// </summary>
internal ref struct RequestWriter
{
    private const byte DotNet = 2;
    private const int EncodingShift = 24;

    private readonly Span<byte> _buffer;
    private readonly HeaderEncoding _encoding;
    private readonly AclSigner? _signer;
    private readonly short _version;
    private int _opaque;
    private int _flag;
    private int _fieldsAt;
    private int _valueAt;
    private int _bodyAt;
    private int _signatureAt;
    private bool _isFirstField;

    /// <param name="buffer">Where the frame goes; the caller has made sure that it fits.</param>
    /// <param name="encoding">The header's.</param>
    /// <param name="version">The version this client claims; see <see cref="ClientVersion"/>.</param>
    /// <param name="signer">Signs the request; null for none.</param>
    public RequestWriter(Span<byte> buffer, HeaderEncoding encoding, short version, AclSigner? signer)
    {
        _buffer = buffer;
        _encoding = encoding;
        _version = version;
        _signer = signer;
    }

    /// <summary>Bytes written.</summary>
    public int Position { get; private set; }

    /// <summary>The header's encoding.</summary>
    public readonly HeaderEncoding Encoding => _encoding;

    /// <summary>Begins the frame.</summary>
    public void Begin(int code, int opaque, int flag = 0)
    {
        _opaque = opaque;
        _flag = flag;
        Position = FrameLimits.Prelude;
        if (_encoding == HeaderEncoding.Binary)
        {
            WriteInt16((short)code);
            _buffer[Position++] = DotNet;
            WriteInt16(_version);
            WriteInt32(opaque);
            WriteInt32(flag);
            WriteInt32(0);
            _fieldsAt = Position;
            Position += sizeof(int);
        }
        else
        {
            Write("{\"code\":"u8);
            WriteNumber(code);
            Write(",\"extFields\":{"u8);
        }

        _isFirstField = true;
        _signer?.Begin(ref this);
    }

    /// <summary>Fields encoded before.</summary>
    public void Fields(FieldBlock block)
    {
        Separate();
        Write(block.Encoded);
        _signer?.Append(block.Values);
    }

    /// <summary>One field.</summary>
    public void Field(scoped ReadOnlySpan<byte> name, scoped ReadOnlySpan<byte> value)
    {
        BeginField(name);
        Text(value);
        EndField();
    }

    /// <summary>One field with a number.</summary>
    public void Field(scoped ReadOnlySpan<byte> name, long value)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, digits, out int length);
        Field(name, digits[..length]);
    }

    /// <summary>Begins a field whose value comes in pieces through <see cref="Text"/>.</summary>
    public void BeginField(scoped ReadOnlySpan<byte> name)
    {
        Separate();
        if (_encoding == HeaderEncoding.Binary)
        {
            WriteInt16((short)name.Length);
            Write(name);
            _valueAt = Position;
            Position += sizeof(int);
        }
        else
        {
            _buffer[Position++] = (byte)'"';
            Write(name);
            Write("\":\""u8);
        }
    }

    /// <summary>A piece of a field's value, UTF-8.</summary>
    public void Text(scoped ReadOnlySpan<byte> utf8)
    {
        if (_encoding == HeaderEncoding.Binary)
        {
            Write(utf8);
        }
        else
        {
            Position += JsonText.Escape(utf8, _buffer[Position..]);
        }

        _signer?.Append(utf8);
    }

    /// <summary>Ends a field.</summary>
    public void EndField()
    {
        if (_encoding == HeaderEncoding.Binary)
        {
            BinaryPrimitives.WriteInt32BigEndian(_buffer[_valueAt..], Position - _valueAt - sizeof(int));
        }
        else
        {
            _buffer[Position++] = (byte)'"';
        }
    }

    /// <summary>Ends the header.</summary>
    public void BeginBody()
    {
        if (_signer is not null)
        {
            BeginField("Signature"u8);
            _signatureAt = Position;
            Position += AclSigner.SignatureLength;
            EndField();
        }

        if (_encoding == HeaderEncoding.Binary)
        {
            BinaryPrimitives.WriteInt32BigEndian(_buffer[_fieldsAt..], Position - _fieldsAt - sizeof(int));
        }
        else
        {
            Write("},\"flag\":"u8);
            WriteNumber(_flag);
            Write(",\"language\":\"DOTNET\",\"opaque\":"u8);
            WriteNumber(_opaque);
            Write(",\"serializeTypeCurrentRPC\":\"JSON\",\"version\":"u8);
            WriteNumber(_version);
            _buffer[Position++] = (byte)'}';
        }

        int headerLength = Position - FrameLimits.Prelude;
        BinaryPrimitives.WriteInt32BigEndian(_buffer[FrameLimits.LengthField..], ((int)_encoding << EncodingShift) | headerLength);
        _bodyAt = Position;
    }

    /// <summary>Raw bytes of the body.</summary>
    public void Write(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer[Position..]);
        Position += bytes.Length;
    }

    /// <summary>A number of the body.</summary>
    public void WriteInt32(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(_buffer[Position..], value);
        Position += sizeof(int);
    }

    /// <inheritdoc cref="WriteInt32"/>
    public void WriteInt16(short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(_buffer[Position..], value);
        Position += sizeof(short);
    }

    /// <summary>Overwrites a number of the body that was written before.</summary>
    public readonly void PatchInt32(int at, int value) => BinaryPrimitives.WriteInt32BigEndian(_buffer[at..], value);

    /// <summary>Ends the frame and says how long it is, in bytes.</summary>
    public readonly int End()
    {
        BinaryPrimitives.WriteInt32BigEndian(_buffer, Position - FrameLimits.LengthField);
        _signer?.Finish(_buffer[_bodyAt..Position], _buffer.Slice(_signatureAt, AclSigner.SignatureLength));
        return Position;
    }

    /// <summary>Encodes fields for <see cref="Fields"/>.</summary>
    public static FieldBlock Encode(HeaderEncoding encoding, params ReadOnlySpan<(string Name, string Value)> fields)
    {
        int room = FrameLimits.Prelude;
        var values = new StringBuilder();
        foreach ((string name, string value) in fields)
        {
            room += 16 + (JsonText.MaxGrowth * System.Text.Encoding.UTF8.GetMaxByteCount(name.Length + value.Length));
            values.Append(value);
        }

        var writer = new RequestWriter(new byte[room], encoding, 0, null) { _isFirstField = true };
        foreach ((string name, string value) in fields)
        {
            writer.Field(System.Text.Encoding.UTF8.GetBytes(name), System.Text.Encoding.UTF8.GetBytes(value));
        }

        return new FieldBlock(writer._buffer[..writer.Position].ToArray(), System.Text.Encoding.UTF8.GetBytes(values.ToString()));
    }

    private void Separate()
    {
        if (_encoding == HeaderEncoding.Json && !_isFirstField)
        {
            _buffer[Position++] = (byte)',';
        }

        _isFirstField = false;
    }

    private void WriteNumber(int value)
    {
        Utf8Formatter.TryFormat(value, _buffer[Position..], out int length);
        Position += length;
    }
}
