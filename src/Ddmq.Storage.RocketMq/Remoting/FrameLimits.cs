namespace Ddmq.Storage.RocketMq.Remoting;

/// <summary>Sizes of the remoting protocol, in bytes.</summary>
internal static class FrameLimits
{
    /// <summary>What brokers and name servers take as a whole frame, its length field included; they cut longer ones off without a reply.</summary>
    public const int MaxFrame = 16 * 1024 * 1024;

    /// <summary>The length field.</summary>
    public const int LengthField = 4;

    /// <summary>Length, and the word with serialize type and header length.</summary>
    public const int Prelude = 8;
}
