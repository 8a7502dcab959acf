using Ddmq.Core.Messages;

namespace Ddmq.Storage.RocksDb;

/// <summary>One message as read back. Immutable; its bytes are its own.</summary>
public sealed class StoredMessage
{
    /// <summary>The partition, from 0.</summary>
    public required int Partition { get; init; }

    /// <summary>The place in the partition, from 0, without gaps.</summary>
    public required long Offset { get; init; }

    /// <summary>The key; null when the message had none, which is not the same as empty.</summary>
    public required ReadOnlyMemory<byte>? Key { get; init; }

    /// <summary>The tags; null when the message had none.</summary>
    public required ReadOnlyMemory<byte>? Tags { get; init; }

    /// <summary>The properties in the order sent.</summary>
    public required IReadOnlyList<MessageProperty> Properties { get; init; }

    /// <summary>The body.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>When the proxy had received it, Unix ms.</summary>
    public required long BornUnixMs { get; init; }

    /// <summary>When the store took it, Unix ms; never goes back within a partition.</summary>
    public required long StoreUnixMs { get; init; }
}
