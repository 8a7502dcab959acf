using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Ddmq.Storage.RocketMq.Remoting;

/// <summary>
/// Signs requests for brokers with access control: base64 of HMAC-SHA1 over the values of all ext fields, in ordinal order of their names,
/// and the body. <c>AccessKey</c> and <c>SecurityToken</c> sort before the lower-case names of all other fields. One request at a time;
/// not thread-safe. Source: AclClientRPCHook, AclSigner.
/// </summary>
internal sealed class AclSigner : IDisposable
{
    /// <summary>Bytes of a signature in base64.</summary>
    public const int SignatureLength = 28;

    private readonly IncrementalHash _hash;
    private readonly byte[] _accessKey;
    private readonly byte[]? _securityToken;

    public AclSigner(string accessKey, string secretKey, string? securityToken)
    {
        _hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA1, Encoding.UTF8.GetBytes(secretKey));
        _accessKey = Encoding.UTF8.GetBytes(accessKey);
        _securityToken = string.IsNullOrEmpty(securityToken) ? null : Encoding.UTF8.GetBytes(securityToken);
    }

    /// <summary>What the fields of a signed header add to a frame, in bytes, at most.</summary>
    public int MaxOverhead => 96 + SignatureLength + (JsonText.MaxGrowth * (_accessKey.Length + (_securityToken?.Length ?? 0)));

    /// <summary>Writes the signer's own fields, the first of the header.</summary>
    public void Begin(ref RequestWriter writer)
    {
        writer.Field("AccessKey"u8, _accessKey);
        if (_securityToken is not null)
        {
            writer.Field("SecurityToken"u8, _securityToken);
        }
    }

    /// <summary>A field's value, or a piece of it.</summary>
    public void Append(ReadOnlySpan<byte> value) => _hash.AppendData(value);

    /// <summary>Adds the body and writes the signature.</summary>
    public void Finish(ReadOnlySpan<byte> body, Span<byte> signature)
    {
        _hash.AppendData(body);
        Span<byte> mac = stackalloc byte[HMACSHA1.HashSizeInBytes];
        _hash.GetHashAndReset(mac);
        Base64.EncodeToUtf8(mac, signature, out _, out _);
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();
}
