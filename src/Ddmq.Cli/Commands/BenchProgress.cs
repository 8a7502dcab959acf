using System.Globalization;
using Ddmq.Cli.Bench;

namespace Ddmq.Cli.Commands;

/// <summary>Writes a line a second while the load is on; to stderr, so that stdout carries the report alone.</summary>
/// <param name="error">Where to.</param>
internal sealed class BenchProgress(TextWriter error) : IProgress<LoadProgress>
{
    /// <inheritdoc/>
    public void Report(LoadProgress value) => error.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{value.Elapsed.TotalSeconds,4:F0} s  {value.MessagesPerSecond,12:N0} msg/s  {value.RequestsInFlight,6:N0} in flight  {value.Errors:N0} errors{(value.IsWarmup ? "  (warm-up)" : "")}"));
}
