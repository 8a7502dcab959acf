using Ddmq.Core.Messages;

namespace Ddmq.Core.Spooling;

/// <summary>One entry of the spool as read back. Its bytes are its own.</summary>
public sealed class SpooledMessage
{
    /// <summary>Its place in its lane.</summary>
    public required long Offset { get; init; }

    /// <summary>Its size on the disk.</summary>
    public required int Bytes { get; init; }

    /// <summary>
    /// The message as it was received, with its adapter's key and the number of attempts made, ready to be sent but for topic, cluster
    /// and deadline. Empty when <see cref="Damage"/> is not null.
    /// </summary>
    public SendRequest Request { get; init; } = new();

    /// <summary>When it was spooled, Unix ms; 0 when not known.</summary>
    public long SpooledUnixMs { get; init; }

    /// <summary>Whether an attempt may have stored it already. Delivery sets it when its own attempts end so.</summary>
    public bool MayBeStored { get; set; }

    /// <summary>Null for a sound entry; otherwise what is wrong with it.</summary>
    public string? Damage { get; init; }

    /// <summary>The bytes of a damaged entry.</summary>
    public ReadOnlyMemory<byte> Raw { get; init; }

    /// <summary>The same entry with a request of its own, over the same bytes.</summary>
    internal SpooledMessage Renewed()
    {
        var request = new SendRequest
        {
            Method = Request.Method,
            Key = Request.Key,
            Tags = Request.Tags,
            Body = Request.Body,
            HashId = Request.HashId,
            PartitionId = Request.PartitionId,
            ReceivedUnixMs = Request.ReceivedUnixMs,
            Attempt = Request.Attempt,
            MessageKey = Request.MessageKey,
            MessageKeyOrigin = Request.MessageKeyOrigin,
        };
        foreach (ref readonly MessageProperty property in Request.Properties)
        {
            request.AddProperty(property.Name, property.Value);
        }

        return new SpooledMessage { Offset = Offset, Bytes = Bytes, Request = request, SpooledUnixMs = SpooledUnixMs, MayBeStored = MayBeStored };
    }
}
