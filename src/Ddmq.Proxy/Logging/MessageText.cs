using System.Buffers;
using System.Globalization;
using Serilog.Events;
using Serilog.Formatting.Display;

namespace Ddmq.Proxy.Logging;

/// <summary>Renders a message's text on one line. Thread-safe.</summary>
internal static class MessageText
{
    // "lj": texts without quotes around them, everything else as JSON.
    private static readonly MessageTemplateTextFormatter Template = new("{Message:lj}", CultureInfo.InvariantCulture);

    private static readonly SearchValues<char> Controls =
        SearchValues.Create([.. Enumerable.Range(0, 0xA0).Select(code => (char)code).Where(char.IsControl), '\u2028', '\u2029']);

    [ThreadStatic]
    private static StringWriter? _buffer;

    public static void Write(LogEvent logEvent, TextWriter output)
    {
        StringWriter buffer = _buffer ??= new StringWriter(CultureInfo.InvariantCulture);
        buffer.GetStringBuilder().Clear();
        Template.Format(logEvent, buffer);
        foreach (ReadOnlyMemory<char> chunk in buffer.GetStringBuilder().GetChunks())
        {
            WriteEscaped(chunk.Span, output);
        }
    }

    public static void WriteEscaped(ReadOnlySpan<char> text, TextWriter output)
    {
        int at;
        while ((at = text.IndexOfAny(Controls)) >= 0)
        {
            output.Write(text[..at]);
            output.Write(text[at] switch
            {
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                char other => $"\\u{(int)other:x4}",
            });
            text = text[(at + 1)..];
        }

        output.Write(text);
    }
}
