namespace Ddmq.Core.Diagnostics.Recording;

/// <summary>Bounds the texts that the recorder holds on to.</summary>
internal static class RecordedText
{
    /// <summary>Characters kept of a text; brokers' remarks can be longer.</summary>
    public const int MaxLength = 200;

    /// <summary>The text, cut when it is longer.</summary>
    public static string? Cut(string? text) => text is { Length: > MaxLength } ? text[..(MaxLength - 1)] + "…" : text;
}
