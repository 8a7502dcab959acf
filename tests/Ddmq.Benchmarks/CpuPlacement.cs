using System.Diagnostics;
using System.Globalization;

namespace Ddmq.Benchmarks;

/// <summary>
/// On which CPUs the load generator runs, which is this process, and on which what it measures. Where they share, the generator's own work is
/// part of every figure, and where the kernel puts whose threads is, too. Uses util-linux.
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

    /// <summary>The first CPU is the generator's, and of whatever else is not measured, the others are for what is.</summary>
    public static void Separate(IEnumerable<int> measured, params IEnumerable<int> others)
    {
        int[] cpus = [.. Parse(All)];
        foreach (int process in measured)
        {
            Place(process, string.Join(',', cpus[1..]));
        }

        foreach (int process in others.Append(Environment.ProcessId))
        {
            Place(process, $"{cpus[0]}");
        }
    }

    /// <summary>
    /// Keeps every CPU from going to sleep when it has nothing to do, until disposed of: a virtual machine's takes longer to come back than a message
    /// takes, and load would make it faster. As root, on Linux (PM QoS: /dev/cpu_dma_latency); elsewhere they sleep, and a line on stderr says so.
    /// </summary>
    public static IDisposable? KeepAwake()
    {
        const string Device = "/dev/cpu_dma_latency";
        try
        {
            FileStream latency = new(Device, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            latency.Write(BitConverter.GetBytes(0)); // microseconds; in force while the file is open
            return latency;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"CPUs may go to sleep, latencies are of waking them, too: {exception.Message}");
            return null;
        }
    }

    /// <summary>
    /// Lets a process run before all others on its CPU whenever it wants to, as if it had it to itself. As root (<c>chrt</c>); elsewhere it takes turns,
    /// and a line on stderr says so.
    /// </summary>
    public static void Prefer(int process)
    {
        if (Run("chrt", "-a", "-f", "-p", "1", $"{process}") is var code and not 0)
        {
            Console.Error.WriteLine($"process {process} waits for others on its CPU: chrt ended with exit code {code}");
        }
    }

    /// <summary>
    /// Lets the calling thread run before all others on its CPU whenever it wants to, those of <see cref="Prefer"/> included, but not what it starts.
    /// As root; elsewhere it takes turns, and a line on stderr says so.
    /// </summary>
    public static void PreferThisThread()
    {
        string thread = Path.GetFileName(new DirectoryInfo("/proc/thread-self").LinkTarget!);
        if (Run("chrt", "-R", "-f", "-p", "2", thread) is var code and not 0)
        {
            Console.Error.WriteLine($"the thread that measures waits for others on its CPU: chrt ended with exit code {code}");
        }
    }

    private static void Place(int process, string cpus)
    {
        if (Run("taskset", "-a", "-c", "-p", cpus, $"{process}") is var code and not 0)
        {
            throw new InvalidOperationException($"taskset did not bind process {process} to CPU {cpus}: exit code {code}");
        }
    }

    // Both concern all threads; those they start later are like them.
    private static int Run(string program, params string[] arguments)
    {
        using Process run = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        run.StandardOutput.ReadToEnd();
        run.WaitForExit();
        return run.ExitCode;
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
}
