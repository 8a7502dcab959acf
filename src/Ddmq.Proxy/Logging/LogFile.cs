using System.Text;
using Ddmq.Config;
using Serilog;
using Serilog.Core;
using Serilog.Formatting;
using Serilog.Sinks.File;

namespace Ddmq.Proxy.Logging;

/// <summary>
/// One log: files named by day (<c>carrera-20260105.log</c>, continued in <c>carrera-20260105_001.log</c> when full) and a
/// link <c>carrera.log</c> to the one being written, so that <c>tail -F</c> and habits keep working.
/// </summary>
internal sealed class LogFile : FileLifecycleHooks
{
    private readonly string _name;
    private readonly LogRetention _retention;

    private LogFile(string name, LogRetention retention)
    {
        _name = name;
        _retention = retention;
    }

    public static Logger Create(string folder, string name, ITextFormatter format, LogsOptions options, LogRetention retention) =>
        new LoggerConfiguration()
            .MinimumLevel.Verbose()
            .WriteTo.File(
                format,
                Path.Combine(folder, $"{name}-.log"),
                rollingInterval: RollingInterval.Day,
                fileSizeLimitBytes: options.FileBytesLimit,
                rollOnFileSizeLimit: true,
                retainedFileCountLimit: null,
                encoding: new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
                hooks: new LogFile(name, retention))
            .CreateLogger();

    public override Stream OnFileOpened(string path, Stream underlyingStream, Encoding encoding)
    {
        string folder = Path.GetDirectoryName(path)!;
        LinkTo(Path.GetFileName(path), folder, Path.Combine(folder, $"{_name}.log"));
        _retention.Sweep();
        return underlyingStream;
    }

    // Made under another name and renamed over the old link, so that the name is there at every moment.
    private static void LinkTo(string target, string folder, string link)
    {
        try
        {
            var present = new FileInfo(link);
            if (present is { Exists: true, LinkTarget: null })
            {
                File.Move(link, Path.Combine(folder, $"{Path.GetFileName(link)}.{DateTime.UtcNow:yyyyMMddHHmmss}"));
            }

            string fresh = $"{link}.{Environment.ProcessId}.link";
            File.Delete(fresh);
            File.CreateSymbolicLink(fresh, target);
            File.Move(fresh, link, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A file system without links: the dated file is complete all the same.
            Serilog.Debugging.SelfLog.WriteLine("cannot link {0} to {1}: {2}", link, target, e.Message);
        }
    }
}
