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
    /// <summary>The text in UTF-8. Allocates only when there is something to add to the original's text.</summary>
    public static ReadOnlyMemory<byte> Utf8(SendResult result)
    {
        string? stored = result.Status is SendStatus.Unknown or SendStatus.Timeout ? StoredText(result.Stored) : null;
        if (stored is null && result.Detail is null)
        {
            return SendStatuses.Utf8Text(result.Status);
        }

        var text = new StringBuilder(SendStatuses.Text(result.Status));
        if (stored is not null)
        {
            text.Append("; stored=").Append(stored);
        }

        if (result.Detail is not null)
        {
            text.Append("; ").Append(result.Detail);
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
}
