using Serilog.Events;
using Serilog.Formatting;

namespace Ddmq.Proxy.Logging;

/// <summary>The bare message, one per line, so that a script can read the drop log back. Thread-safe.</summary>
internal sealed class DropLineFormatter : ITextFormatter
{
    public void Format(LogEvent logEvent, TextWriter output)
    {
        MessageText.Write(logEvent, output);
        output.Write('\n');
    }
}
