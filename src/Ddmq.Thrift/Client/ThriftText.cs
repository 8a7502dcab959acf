using System.Text;

namespace Ddmq.Thrift.Client;

/// <summary>From text to the wire's UTF-8 and back, for code that is not on the hot path.</summary>
public static class ThriftText
{
    /// <summary>The text in UTF-8, in memory of its own.</summary>
    public static ReadOnlyMemory<byte> Utf8(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>The text that <paramref name="utf8"/> encodes; malformed bytes become U+FFFD.</summary>
    public static string ToText(this ReadOnlyMemory<byte> utf8) => Encoding.UTF8.GetString(utf8.Span);

    /// <summary>The text that <paramref name="utf8"/> encodes, null for an absent one; malformed bytes become U+FFFD.</summary>
    public static string? ToText(this ReadOnlyMemory<byte>? utf8) => utf8?.ToText();
}
