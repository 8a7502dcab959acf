using Ddmq.Config;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;

namespace Ddmq.Proxy.Logging;

/// <summary>Builds the proxy's log files on Serilog: the main log, <c>error.log</c> and <c>drop.log</c>, as operators of the original know them.</summary>
internal static class LoggingSetup
{
    /// <summary>The category of messages given up on; its lines are the bare message and go to <c>drop.log</c> only.</summary>
    public const string DropCategory = Core.Diagnostics.DropLog.Category;

    private const string ErrorLog = "error";
    private const string DropLog = "drop";

    // About 4 MB of lines at most. Beyond it a line is dropped (and counted) rather than a request held up.
    private const int QueuedLines = 20_000;

    /// <summary>Opens the logs.</summary>
    /// <param name="options">Where and how much.</param>
    /// <param name="homeDirectory">What a relative <see cref="LogsOptions.Path"/> is relative to.</param>
    /// <param name="mainLog">The main log's file name without its extension.</param>
    /// <exception cref="ConfigurationException">The folder cannot be written to.</exception>
    public static ProxyLogs Create(LogsOptions options, string homeDirectory, string mainLog = "carrera")
    {
        string folder = Path.GetFullPath(options.Path, homeDirectory);
        MakeWritable(folder);
        var retention = new LogRetention(folder, [mainLog, ErrorLog, DropLog], options.RetainedDays, options.TotalBytesLimit, TimeProvider.System);
        var level = new LoggingLevelSwitch(LogLevels.ToSerilog(options.Level));
        var queue = new LogQueueMonitor();
        LogFailures.ReportToStandardError();

        LoggerConfiguration serilog = new LoggerConfiguration()
            .MinimumLevel.ControlledBy(level)
            .MinimumLevel.Override(DropCategory, LogEventLevel.Verbose)
            // The web server's line per request is not for this log.
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .Enrich.FromLogContext()
            .WriteTo.Logger(main => WriteMain(main, options, folder, mainLog, retention, queue))
            .WriteTo.Logger(drop => drop
                .Filter.ByIncludingOnly(IsDrop)
                // The drop log is complete: when the disk falls behind, whoever gives up a message waits.
                .WriteTo.Async(
                    sinks => sinks.Sink(LogFile.Create(folder, DropLog, new DropLineFormatter(), options, retention)),
                    QueuedLines,
                    blockWhenFull: true));
        return new ProxyLogs(serilog.CreateLogger(), level, queue);
    }

    private static void WriteMain(
        LoggerConfiguration main, LogsOptions options, string folder, string mainLog, LogRetention retention, LogQueueMonitor queue)
    {
        var format = new LineFormatter();
        main.Filter.ByExcluding(IsDrop).WriteTo.Async(
            sinks =>
            {
                sinks.Sink(LogFile.Create(folder, mainLog, format, options, retention));
                sinks.Sink(LogFile.Create(folder, ErrorLog, format, options, retention), LogEventLevel.Warning);
                if (options.Console)
                {
                    sinks.Console(format);
                }
            },
            queue,
            QueuedLines,
            blockWhenFull: false);
    }

    private static bool IsDrop(LogEvent line) =>
        line.Properties.TryGetValue(Constants.SourceContextPropertyName, out LogEventPropertyValue? category)
        && category is ScalarValue { Value: DropCategory };

    // Serilog opens files when the first line comes and reports a failure to nobody; an operator wants to know at start.
    private static void MakeWritable(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            string probe = Path.Combine(folder, $".writable-{Environment.ProcessId}-{Guid.NewGuid():N}");
            using (new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
            {
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException([$"ddmq.logs.path: the folder {folder} cannot be written to: {e.Message}"]);
        }
    }
}
