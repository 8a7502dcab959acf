using Serilog.Debugging;

namespace Ddmq.Proxy.Logging;

/// <summary>Says on standard error that log lines cannot be written, once a minute at most.</summary>
internal static class LogFailures
{
    private static readonly long Interval = (long)TimeSpan.FromMinutes(1).TotalMilliseconds;
    private static long _nextReport;

    public static void ReportToStandardError() => SelfLog.Enable(Report);

    private static void Report(string failure)
    {
        long now = Environment.TickCount64;
        long next = Volatile.Read(ref _nextReport);
        if (now >= next && Interlocked.CompareExchange(ref _nextReport, now + Interval, next) == next)
        {
            Console.Error.WriteLine($"logging: {failure}");
        }
    }
}
