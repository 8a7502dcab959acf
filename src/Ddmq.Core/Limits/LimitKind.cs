namespace Ddmq.Core.Limits;

/// <summary>What a limit counts.</summary>
public enum LimitKind
{
    /// <summary>Messages per second.</summary>
    Messages,

    /// <summary>Bytes of bodies per second.</summary>
    Bytes,

    /// <summary>Bytes of the messages that are not settled.</summary>
    BytesInFlight,
}
