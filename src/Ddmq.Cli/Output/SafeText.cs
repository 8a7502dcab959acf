using System.Buffers;
using System.Globalization;
using System.Text;

namespace Ddmq.Cli.Output;

/// <summary>
/// Makes foreign bytes fit for one line of a terminal. A message's body comes from anybody: what could move the
/// cursor, retitle the window, hide text or turn its direction is written as an escape. For people; what a program
/// reads comes from <c>--json</c> or <c>--raw</c>.
/// <code>
/// line feed, tab, carriage return   \n \t \r
/// bytes that are not UTF-8          \xNN each
/// other control, format, separator, surrogate and unassigned characters   \u{N}
/// </code>
/// </summary>
internal static class SafeText
{
    /// <summary>The text, at most about <paramref name="maxLength"/> characters of it.</summary>
    /// <param name="utf8">Any bytes.</param>
    /// <param name="maxLength">Where to cut, told by <c>… (N bytes)</c>.</param>
    public static string Of(ReadOnlySpan<byte> utf8, int maxLength = int.MaxValue)
    {
        var text = new StringBuilder(Math.Min(utf8.Length, 256));
        int length = utf8.Length;
        while (!utf8.IsEmpty)
        {
            if (text.Length >= maxLength)
            {
                return text.Append(CultureInfo.InvariantCulture, $"… ({length} bytes)").ToString();
            }

            if (Rune.DecodeFromUtf8(utf8, out Rune rune, out int consumed) == OperationStatus.Done)
            {
                Append(text, rune);
            }
            else
            {
                foreach (byte one in utf8[..consumed])
                {
                    text.Append(CultureInfo.InvariantCulture, $"\\x{one:x2}");
                }
            }

            utf8 = utf8[consumed..];
        }

        return text.ToString();
    }

    /// <inheritdoc cref="Of(ReadOnlySpan{byte}, int)"/>
    public static string Of(string text, int maxLength = int.MaxValue) => Of(Encoding.UTF8.GetBytes(text), maxLength);

    private static void Append(StringBuilder text, Rune rune)
    {
        switch (rune.Value)
        {
            case '\n':
                text.Append("\\n");
                break;
            case '\t':
                text.Append("\\t");
                break;
            case '\r':
                text.Append("\\r");
                break;
            case ' ':
                text.Append(' ');
                break;
            default:
                if (IsPrintable(rune))
                {
                    text.Append(rune.ToString());
                }
                else
                {
                    text.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
                }

                break;
        }
    }

    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
