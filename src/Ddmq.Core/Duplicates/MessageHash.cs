using System.Buffers.Binary;
using System.Security.Cryptography;
using Ddmq.Core.Messages;

namespace Ddmq.Core.Duplicates;

/// <summary>
/// By what messages are compared: topic, key, tags, hashId, partitionId and body, as the first 128 bits of a SHA-256 over all of them with
/// their lengths. Nobody can make two that agree, not on purpose either; by chance, among 200,000 messages, two different ones agree with a
/// probability of 6e-29. Properties are not compared: a client's repeat may carry another trace id. Thread-safe, allocates nothing.
/// </summary>
internal static class MessageHash
{
    private const int HeaderBytes = (3 * sizeof(int)) + sizeof(int) + sizeof(long);

    [ThreadStatic]
    private static IncrementalHash? _hash;

    /// <summary>The message's hash; it has a topic and a key.</summary>
    public static UInt128 Of(SendRequest request)
    {
        ReadOnlySpan<byte> topic = request.TopicName!.Value.Span;
        ReadOnlySpan<byte> key = request.Key!.Value.Span;
        ReadOnlySpan<byte> tags = request.Tags.GetValueOrDefault().Span;
        Span<byte> header = stackalloc byte[HeaderBytes];
        BinaryPrimitives.WriteInt32LittleEndian(header, topic.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], key.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], tags.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], request.PartitionId);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], request.HashId);

        IncrementalHash hash = _hash ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(header);
        hash.AppendData(topic);
        hash.AppendData(key);
        hash.AppendData(tags);
        hash.AppendData(request.Body.Span);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return BinaryPrimitives.ReadUInt128BigEndian(digest);
    }
}
