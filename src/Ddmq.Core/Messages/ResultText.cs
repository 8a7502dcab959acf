using System.Runtime.CompilerServices;
using System.Text;

namespace Ddmq.Core.Messages;

/// <summary>
/// Composes <c>Result.msg</c>: the original's text, then for 10 and 12 what is known about the message's whereabouts,
/// then the detail, separated by "; " so that a program can take it apart (docs/results.md).
/// <code>
/// FAILED: Send timeout; stored=unknown; no answer from cluster embedded within 50 ms
/// </code>
/// </summary>
public static class ResultText
{
    // Refusals give the same string again and again, at the worst of times. A few are kept for each thread, by identity.
    private const int KeptTexts = 64;
    private const int LongestKeptText = 512;

    [ThreadStatic]
    private static Kept[]? _kept;

    /// <summary>
    /// The text in UTF-8, not to be modified. Allocates only when there is something to add to the original's text, and not when the same
    /// thread was given the same result with the same <see cref="SendResult.Detail"/> string not long ago.
    /// </summary>
    public static ReadOnlyMemory<byte> Utf8(SendResult result)
    {
        string? stored = result.Status is SendStatus.Unknown or SendStatus.Timeout ? StoredText(result.Stored) : null;
        if (result.Detail is not { } detail)
        {
            return stored is null ? SendStatuses.Utf8Text(result.Status) : Compose(result.Status, stored, null);
        }

        ref Kept kept = ref (_kept ??= new Kept[KeptTexts])[RuntimeHelpers.GetHashCode(detail) & (KeptTexts - 1)];
        if (ReferenceEquals(kept.Detail, detail) && kept.Status == result.Status && kept.Stored == result.Stored)
        {
            return kept.Text;
        }

        byte[] text = Compose(result.Status, stored, detail);
        if (text.Length <= LongestKeptText)
        {
            kept = new Kept(detail, result.Status, result.Stored, text);
        }

        return text;
    }

    private static byte[] Compose(SendStatus status, string? stored, string? detail)
    {
        var text = new StringBuilder(SendStatuses.Text(status));
        if (stored is not null)
        {
            text.Append("; stored=").Append(stored);
        }

        if (detail is not null)
        {
            text.Append("; ").Append(detail);
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>The word for it, in texts and logs.</summary>
    internal static string StoredText(Stored stored) => stored switch
    {
        Stored.Yes => "yes",
        Stored.No => "no",
        Stored.Spooled => "spooled",
        _ => "unknown",
    };

    private readonly record struct Kept(string Detail, SendStatus Status, Stored Stored, byte[] Text);
}
