using System.Text;

namespace Ddmq.Core.Routing;

/// <summary>
/// Java's <c>String.hashCode()</c> over UTF-8 bytes: h = 31 * h + c over the UTF-16 code units, wrapping at 32 bits.
/// Needed because the original proxy routes by it and messages of one key must keep their place.
/// </summary>
public static class JavaHash
{
    /// <summary>The hash of the string that <paramref name="utf8"/> encodes; malformed bytes count as U+FFFD each, as in Java.</summary>
    public static int Compute(ReadOnlySpan<byte> utf8)
    {
        int hash = 0;
        if (Ascii.IsValid(utf8))
        {
            foreach (byte unit in utf8)
            {
                hash = unchecked((31 * hash) + unit);
            }

            return hash;
        }

        Span<char> pair = stackalloc char[2];
        while (!utf8.IsEmpty)
        {
            Rune.DecodeFromUtf8(utf8, out Rune rune, out int consumed);
            utf8 = utf8[consumed..];
            int units = rune.EncodeToUtf16(pair);
            for (int i = 0; i < units; i++)
            {
                hash = unchecked((31 * hash) + pair[i]);
            }
        }

        return hash;
    }
}
