using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Ddmq.Cli.Sending;

/// <summary>Where bodies come from: one text so many times, or the lines of a stream.</summary>
internal static class BodySource
{
    /// <summary>Stands for the message's number, from 1, in a text that is sent several times.</summary>
    public const string Counter = "{n}";

    /// <summary>The text once, as it is; or with a count so many times, each with its number for <see cref="Counter"/>.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> Repeat(string text, long? count)
    {
        for (long n = 1; n <= (count ?? 1); n++)
        {
            string numbered = count is null
                ? text
                : text.Replace(Counter, n.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
            yield return Encoding.UTF8.GetBytes(numbered);
        }
    }

    /// <summary>The stream's lines, byte for byte; empty ones are left out, because a body has at least one byte.</summary>
    /// <param name="stream">Stays the caller's.</param>
    /// <param name="cancellationToken">Ends the waiting for more.</param>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> Lines(
        Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var reader = new LineReader(stream);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (!line.IsEmpty)
            {
                yield return line;
            }
        }
    }
}
