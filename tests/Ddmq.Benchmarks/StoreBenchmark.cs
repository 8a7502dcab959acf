using System.Diagnostics;
using System.Text;
using Ddmq.Core.Messages;
using Ddmq.Storage.RocksDb;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;

namespace Ddmq.Benchmarks;

/// <summary>
/// What does a durable acknowledgement of the embedded store cost against the disk alone? The baseline appends the same number
/// of bytes to a file in the same folder and calls fdatasync, in the same run; read the ratios.
/// </summary>
internal static class StoreBenchmark
{
    private const int BodyBytes = 100;

    // What a record of that body adds in the log: RocksDB's headers, the key, the prelude.
    private const int RecordBytes = BodyBytes + 70;

    /// <summary>
    /// Measures in a new folder below <paramref name="folder"/> (the temporary one when null), for about <paramref
    /// name="seconds"/> each.
    /// </summary>
    public static async Task Run(string? folder = null, double seconds = 3)
    {
        string path = Path.Combine(folder ?? Path.GetTempPath(), $"ddmq-store-benchmark-{Guid.NewGuid():N}");
        Directory.CreateDirectory(path);
        try
        {
            var span = TimeSpan.FromSeconds(seconds);
            Console.WriteLine($"body {BodyBytes} B, folder on {new DriveInfo(path).DriveFormat}");
            foreach (int callers in (int[])[1, 8, 64, 256])
            {
                Latencies baseline = BareAppend(path, callers, span);
                (Latencies store, double cpu, double perCommit, double allocated, double commitP50) =
                    await Store(Path.Combine(path, $"store-{callers}"), callers, span);
                Latencies again = BareAppend(path, callers, span);
                double barePercentile50 = (baseline.At(0.5) + again.At(0.5)) / 2;
                double barePercentile99 = (baseline.At(0.99) + again.At(0.99)) / 2;
                Console.WriteLine(
                    $"{callers,4} callers: store {store.Count / seconds,9:N0} msg/s, p50 {store.At(0.5),6:N0} us, p99 {store.At(0.99),6:N0} us, " +
                    $"p99.9 {store.At(0.999),6:N0} us; {perCommit,5:N1} msg/commit, commit p50 {commitP50,5:N0} us; cpu {cpu,5:N1} us/msg; {allocated,5:N1} B/msg; " +
                    $"bare append+fdatasync of {callers} p50 {barePercentile50:N0} us, p99 {barePercentile99:N0} us; " +
                    $"ratio p50 {store.At(0.5) / barePercentile50:N2}, p99 {store.At(0.99) / barePercentile99:N2}");
            }
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }

    internal static Latencies BareAppend(string path, int records, TimeSpan span)
    {
        string name = Path.Combine(path, "bare");
        var latencies = new Latencies();
        byte[] bytes = new byte[records * RecordBytes];
        using (SafeFileHandle file = File.OpenHandle(name, FileMode.Create, FileAccess.Write))
        {
            long offset = 0;
            for (var clock = Stopwatch.StartNew(); clock.Elapsed < span / 2; offset += bytes.Length)
            {
                long started = Stopwatch.GetTimestamp();
                RandomAccess.Write(file, bytes, offset);
                if (DataSync.FDataSync(file) != 0)
                {
                    throw new IOException($"fdatasync of {name} failed");
                }

                latencies.Add(started);
            }
        }

        File.Delete(name);
        return latencies;
    }

    private static async Task<(Latencies Latencies, double Cpu, double PerCommit, double Allocated, double CommitP50)> Store(
        string path, int callers, TimeSpan span)
    {
        await using RocksDbStore store = RocksDbStore.Open(
            new RocksDbStoreOptions { Path = path, MinFreeBytes = 0 }, TimeProvider.System, NullLogger.Instance);
        await Call(store, callers, span / 4, new Latencies());
        var latencies = new Latencies();
        long commits = store.Counters.Commits;
        TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime;
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        await Call(store, callers, span, latencies);
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        cpu = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        return (
            latencies,
            cpu.TotalMicroseconds / latencies.Count,
            (double)latencies.Count / (store.Counters.Commits - commits),
            (double)allocated / latencies.Count,
            store.Counters.CommitDuration.PercentileSeconds(0.5) * 1e6);
    }

    // The callers are state machines that continue on the commit thread, as the proxy's event loops nearly do.
    private static async Task Call(RocksDbStore store, int callers, TimeSpan span, Latencies latencies)
    {
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(() => CallOne(store, caller, clock, span, latencies))));
    }

    private static async Task CallOne(RocksDbStore store, int caller, Stopwatch clock, TimeSpan span, Latencies latencies)
    {
        var request = new SendRequest
        {
            TopicName = Encoding.UTF8.GetBytes("benchmark"),
            Key = Encoding.UTF8.GetBytes($"key-{caller}"),
            Body = new byte[BodyBytes],
            PartitionId = -1,
            HashId = caller,
        };
        while (clock.Elapsed < span)
        {
            long started = Stopwatch.GetTimestamp();
            SendResult result = await store.SendAsync(request).ConfigureAwait(false);
            if (!result.IsOk)
            {
                throw new InvalidOperationException($"{result.Status}: {result.Detail}");
            }

            latencies.Add(started);
        }
    }
}
