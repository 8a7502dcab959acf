using System.Buffers;

namespace Ddmq.Storage.RocketMq.Remoting;

/// <summary>Strings in a JSON header. Bytes above 127 pass as they are.</summary>
internal static class JsonText
{
    /// <summary>The most bytes that one byte becomes.</summary>
    public const int MaxGrowth = 6;

    private static readonly SearchValues<byte> Special = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(value => (byte)value), (byte)'"', (byte)'\\']);

    private static ReadOnlySpan<byte> Hex => "0123456789abcdef"u8;

    /// <summary>Writes what goes between the quotes and says how many bytes that are.</summary>
    public static int Escape(ReadOnlySpan<byte> utf8, Span<byte> target)
    {
        int written = 0;
        while (true)
        {
            int plain = utf8.IndexOfAny(Special);
            if (plain < 0)
            {
                utf8.CopyTo(target[written..]);
                return written + utf8.Length;
            }

            utf8[..plain].CopyTo(target[written..]);
            written += plain;
            byte special = utf8[plain];
            utf8 = utf8[(plain + 1)..];
            target[written++] = (byte)'\\';
            if (special >= 0x20)
            {
                target[written++] = special;
            }
            else
            {
                "u00"u8.CopyTo(target[written..]);
                target[written + 3] = Hex[special >> 4];
                target[written + 4] = Hex[special & 15];
                written += 5;
            }
        }
    }
}
