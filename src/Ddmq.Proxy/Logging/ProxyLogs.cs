using Microsoft.Extensions.Logging;
using Serilog.Core;
using Serilog.Extensions.Logging;

namespace Ddmq.Proxy.Logging;

/// <summary>The open logs. Thread-safe. Disposing writes what is queued and closes the files; nothing is logged afterwards.</summary>
internal sealed class ProxyLogs(Logger logger, LoggingLevelSwitch level, LogQueueMonitor queue) : IDisposable
{
    /// <summary>Makes loggers. Lives as long as this object; not to be disposed by others.</summary>
    public ILoggerFactory Factory { get; } = new SerilogLoggerFactory(logger, dispose: false);

    /// <summary>Lines left out of the main log because the disk could not keep up.</summary>
    public long DroppedLines => queue.DroppedLines;

    /// <summary>Changes the level while running; the drop log is not affected.</summary>
    public void SetLevel(LogLevel value) => level.MinimumLevel = LogLevels.ToSerilog(value);

    public void Dispose() => logger.Dispose();
}
