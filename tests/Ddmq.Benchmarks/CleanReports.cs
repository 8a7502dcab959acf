using Ddmq.Cli.Bench;

namespace Ddmq.Benchmarks;

/// <summary>A figure counts only when everything was answered with 0.</summary>
internal static class CleanReports
{
    /// <summary>The report itself.</summary>
    /// <exception cref="InvalidOperationException">Something failed.</exception>
    public static LoadReport Demand(this LoadReport report, string? what = null) => report.IsClean
        ? report
        : throw new InvalidOperationException(
            $"{(what is null ? "" : what + ": ")}{report.Replies.Failures} failures, {report.LostConnections} lost connections ({report.FirstLoss})");
}
