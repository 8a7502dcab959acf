using System.Globalization;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;

namespace Ddmq.Proxy.Logging;

/// <summary>
/// The original's line layout: <c>2026-01-05 10:00:00,123 [ INFO ] ShortCategory - text</c>, local time. An exception follows on
/// indented lines, and control characters in the text are escaped: what begins with a date is a line of ours, whatever a client sends.
/// Thread-safe.
/// </summary>
internal sealed class LineFormatter : ITextFormatter
{
    public void Format(LogEvent logEvent, TextWriter output)
    {
        output.Write(logEvent.Timestamp.ToString("yyyy-MM-dd HH:mm:ss,fff", CultureInfo.InvariantCulture));
        output.Write(" [ ");
        output.Write(LogLevels.NameOf(logEvent.Level));
        output.Write(" ] ");
        output.Write(ShortCategory(logEvent));
        output.Write(" - ");
        MessageText.Write(logEvent, output);
        output.Write('\n');
        if (logEvent.Exception is { } exception)
        {
            foreach (ReadOnlySpan<char> line in exception.ToString().AsSpan().EnumerateLines())
            {
                output.Write("  ");
                MessageText.WriteEscaped(line, output);
                output.Write('\n');
            }
        }
    }

    private static ReadOnlySpan<char> ShortCategory(LogEvent logEvent)
    {
        string category = logEvent.Properties.TryGetValue(Constants.SourceContextPropertyName, out LogEventPropertyValue? value)
            && value is ScalarValue { Value: string name } ? name : "Ddmq";
        return category.AsSpan(category.LastIndexOf('.') + 1);
    }
}
