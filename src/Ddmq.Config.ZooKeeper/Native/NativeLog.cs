using System.Text;
using Ddmq.Core.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Ddmq.Config.ZooKeeper.Native;

/// <summary>
/// Where the C client's own lines go instead of stderr: to the loggers of the open sessions, at Debug. What an operator must know
/// is said by us, once per change; the client repeats its lines with every attempt to connect. Its callback does not say which
/// handle speaks, so each logger gets the lines of all. Thread-safe.
/// </summary>
internal static partial class NativeLog
{
    private const int Off = 0;
    private const int Info = 3;

    private static readonly Lock Gate = new();
    private static ILogger[] _loggers = [];

    /// <summary>From now on <paramref name="logger"/> gets the lines, until it is detached as often as it was attached.</summary>
    public static void Attach(ILogger logger)
    {
        lock (Gate)
        {
            Use([.. _loggers, logger]);
        }
    }

    /// <summary>Takes back one <see cref="Attach"/>.</summary>
    public static void Detach(ILogger logger)
    {
        lock (Gate)
        {
            int index = Array.IndexOf(_loggers, logger);
            Use([.. _loggers[..index], .. _loggers[(index + 1)..]]);
        }
    }

    /// <summary>A line as the client formats it: <c>time:pid(thread):level@function@line: text</c>.</summary>
    internal static void Write(ReadOnlySpan<byte> line)
    {
        try
        {
            string text = Strip(Encoding.UTF8.GetString(line));
            foreach (ILogger logger in Volatile.Read(ref _loggers).Distinct())
            {
                Log.ClientLine(logger, text);
            }
        }
        catch (Exception)
        {
            // A logger that throws would end the process here, on a thread of the C client, and there is nobody to tell.
        }
    }

    /// <summary>Time, process and thread are the logger's to say.</summary>
    internal static string Strip(string line)
    {
        int level = line.IndexOf(":ZOO_", StringComparison.Ordinal);
        return (level < 0 ? line : line[(level + 1)..]).TrimEnd('\n');
    }

    private static void Use(ILogger[] loggers)
    {
        Volatile.Write(ref _loggers, loggers);
        ZooKeeperNative.SetDebugLevel(loggers.Any(logger => logger.IsEnabled(LogLevel.Debug)) ? Info : Off);
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Config + 101, LogLevel.Debug, "ZooKeeper client: {Line}")]
        public static partial void ClientLine(ILogger logger, string line);
    }
}
