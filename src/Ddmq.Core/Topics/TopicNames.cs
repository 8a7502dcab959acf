using System.Buffers;

namespace Ddmq.Core.Topics;

/// <summary>Rules and names that hold for topics everywhere.</summary>
public static class TopicNames
{
    /// <summary>The longest name a RocketMQ client takes, in characters.</summary>
    public const int MaxLength = 255;

    private static readonly SearchValues<byte> Allowed =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-%|"u8);

    /// <summary>The topic that only says whether the proxy answers: nothing is checked and nothing is stored.</summary>
    public static ReadOnlySpan<byte> Heartbeat => "carrera_heartbeat"u8;

    /// <summary>Whether a topic of that name can be created: letters, digits, <c>_ - % |</c>, 1 to <see cref="MaxLength"/> of them.</summary>
    public static bool IsValid(ReadOnlySpan<byte> utf8Name) =>
        utf8Name.Length is > 0 and <= MaxLength && !utf8Name.ContainsAnyExcept(Allowed);
}
