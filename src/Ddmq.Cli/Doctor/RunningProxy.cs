using System.Globalization;

namespace Ddmq.Cli.Doctor;

/// <summary>A proxy that <c>control.sh</c> has started and that still runs. Immutable.</summary>
/// <param name="ProcessId">Its process.</param>
/// <param name="ConfigurationFile">The file it was started with.</param>
internal sealed record RunningProxy(int ProcessId, string ConfigurationFile)
{
    // Lines of the pid file: the process, the kernel's start time of it, the configuration, the number of the home folder.
    private const int LinesOfThePidFile = 4;

    // Behind the name in parentheses, which may contain anything; proc(5) counts from 1 and has the start time as 22.
    private const int StartTimeAfterName = 22 - 3;

    /// <summary>The proxy of a home folder; null when none runs. With its start time a pid names a process for good.</summary>
    public static RunningProxy? Find(string home)
    {
        try
        {
            string[] lines = File.ReadAllLines(Path.Combine(home, "run", "ddmq-proxy.pid"));
            if (lines.Length < LinesOfThePidFile || !int.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out int pid))
            {
                return null;
            }

            string stat = File.ReadAllText($"/proc/{lines[0]}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is not ("Z" or "X") && fields[StartTimeAfterName] == lines[1] ? new RunningProxy(pid, lines[2]) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or IndexOutOfRangeException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }
}
