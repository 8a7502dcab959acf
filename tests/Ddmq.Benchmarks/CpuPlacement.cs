using System.Diagnostics;
using System.Globalization;

namespace Ddmq.Benchmarks;

/// <summary>
/// On which CPUs the load generator runs, which is this process, and on which what it measures. Where they share, the generator's own work is
/// part of every figure, and where the kernel puts whose threads is, too. Uses <c>taskset</c> of util-linux.
/// </summary>
internal static class CpuPlacement
{
    private static readonly string All = AllowedAtStart();

    /// <summary>Whether there is more than one CPU to share out.</summary>
    public static bool CanSeparate => Environment.ProcessorCount > 1;

    /// <summary>Everybody runs everywhere.</summary>
    public static void Share(IEnumerable<int> measured)
    {
        foreach (int process in measured.Append(Environment.ProcessId))
        {
            Place(process, All);
        }
    }

    /// <summary>The first CPU is the generator's, the others are for what is measured.</summary>
    public static void Separate(IEnumerable<int> measured)
    {
        int[] cpus = [.. Parse(All)];
        foreach (int process in measured)
        {
            Place(process, string.Join(',', cpus[1..]));
        }

        Place(Environment.ProcessId, $"{cpus[0]}");
    }

    /// <summary>
    /// Gives every CPU something to do that whatever else wants it interrupts at once (<c>SCHED_IDLE</c>; <c>chrt</c> of util-linux), until disposed of. A
    /// CPU that has nothing to do goes to sleep, and a virtual machine's takes longer to come back than a message takes: load would make it faster.
    /// </summary>
    public static IDisposable KeepAwake() => new Spinners([.. Parse(All)]);

    // With all threads; those they start later stay with them.
    private static void Place(int process, string cpus)
    {
        using Process taskset = Process.Start(new ProcessStartInfo("taskset", ["-a", "-c", "-p", cpus, $"{process}"]) { RedirectStandardOutput = true })!;
        taskset.StandardOutput.ReadToEnd();
        taskset.WaitForExit();
        if (taskset.ExitCode != 0)
        {
            throw new InvalidOperationException($"taskset did not bind process {process} to CPU {cpus}: exit code {taskset.ExitCode}");
        }
    }

    private static string AllowedAtStart()
    {
        const string Name = "Cpus_allowed_list:";
        return File.ReadLines("/proc/self/status").First(line => line.StartsWith(Name, StringComparison.Ordinal))[Name.Length..].Trim();
    }

    // A list as the kernel writes it: 0-3,6
    private static IEnumerable<int> Parse(string list) => list.Split(',')
        .Select(range => range.Split('-').Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToArray())
        .SelectMany(range => Enumerable.Range(range[0], range[^1] - range[0] + 1));

    /// <summary>One for each CPU; each also ends when its owner is gone.</summary>
    private sealed class Spinners(int[] cpus) : IDisposable
    {
        private readonly Process[] _spinners =
        [
            .. cpus.Select(cpu => Process.Start(
                "chrt", ["--idle", "0", "taskset", "-c", $"{cpu}", "sh", "-c", "while kill -0 $0 2> /dev/null; do :; done", $"{Environment.ProcessId}"])),
        ];

        public void Dispose()
        {
            foreach (Process spinner in _spinners)
            {
                spinner.Kill();
                spinner.WaitForExit();
                spinner.Dispose();
            }
        }
    }
}
