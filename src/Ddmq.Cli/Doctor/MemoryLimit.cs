using System.Globalization;

namespace Ddmq.Cli.Doctor;

/// <summary>The memory limit of a process's control group, versions 1 and 2.</summary>
internal static class MemoryLimit
{
    // Version 1 writes "no limit" as the largest number of pages.
    private const long NoLimit = 1L << 60;

    /// <summary>The limit in bytes; null when there is none or it cannot be read.</summary>
    /// <param name="process">A number, or <c>self</c>.</param>
    public static long? Of(string process)
    {
        try
        {
            return File.ReadLines($"/proc/{process}/cgroup").Select(FileOf).OfType<string>()
                .SelectMany(WithParents)
                .Select(Read)
                .Where(limit => limit is < NoLimit)
                .Min();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Where the limit of a line of /proc/PID/cgroup is written: <c>0::/path</c>, or <c>N:memory:/path</c>. Null for other lines.</summary>
    internal static string? FileOf(string line)
    {
        string[] parts = line.Split(':', 3);
        return parts is not [_, var controllers, var path] ? null
            : controllers.Length == 0 ? $"/sys/fs/cgroup{path.TrimEnd('/')}/memory.max"
            : controllers.Split(',').Contains("memory") ? $"/sys/fs/cgroup/memory{path.TrimEnd('/')}/memory.limit_in_bytes"
            : null;
    }

    // A group is bound by those above it, and in a container only the topmost may be visible.
    private static IEnumerable<string> WithParents(string file)
    {
        string name = Path.GetFileName(file);
        for (string? folder = Path.GetDirectoryName(file); folder is { Length: > 0 } && folder != "/sys/fs"; folder = Path.GetDirectoryName(folder))
        {
            yield return Path.Combine(folder, name);
        }
    }

    private static long? Read(string file)
    {
        try
        {
            return long.TryParse(File.ReadAllText(file).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long limit) ? limit : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
