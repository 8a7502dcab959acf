using System.Text.RegularExpressions;

namespace Ddmq.Proxy.Logging;

/// <summary>Deletes old log files, by age and by total size. Touches only files named as ours, never one that is being written. Thread-safe.</summary>
internal sealed partial class LogRetention(string folder, IReadOnlyList<string> logs, int retainedDays, long totalBytesLimit, TimeProvider time)
{
    private readonly Lock _sweep = new();

    /// <summary>Deletes what is too old, then the oldest until the rest fits. A file that cannot be deleted is left for the next time.</summary>
    public void Sweep()
    {
        lock (_sweep)
        {
            List<FileInfo> files = [.. Files().OrderBy(file => file.LastWriteTimeUtc)];
            var current = new HashSet<string>(logs.Select(CurrentOf).OfType<string>(), StringComparer.Ordinal);
            DateTimeOffset oldest = retainedDays == 0 ? DateTimeOffset.MinValue : time.GetUtcNow().AddDays(-retainedDays);
            long total = files.Sum(file => file.Length);
            foreach (FileInfo file in files.Where(file => !current.Contains(file.Name)))
            {
                long length = file.Length;
                bool tooMuch = totalBytesLimit > 0 && total > totalBytesLimit;
                if ((tooMuch || file.LastWriteTimeUtc < oldest) && TryDelete(file))
                {
                    total -= length;
                }
            }
        }
    }

    private IEnumerable<FileInfo> Files() => new DirectoryInfo(folder).EnumerateFiles("*.log")
        .Where(file => DatedName().Match(file.Name) is { Success: true } match && logs.Contains(match.Groups["log"].Value));

    private string? CurrentOf(string log) => new FileInfo(Path.Combine(folder, $"{log}.log")).LinkTarget;

    private static bool TryDelete(FileInfo file)
    {
        try
        {
            file.Delete();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^(?<log>[a-z-]+)-[0-9]{8}(_[0-9]{3,})?\.log$")]
    private static partial Regex DatedName();
}
