using System.Diagnostics;

namespace Ddmq.Proxy.Admin;

/// <summary>The process itself, under the names Prometheus clients agree on.</summary>
internal static class ProcessMetrics
{
    public static void Write(PrometheusWriter writer)
    {
        using Process process = Process.GetCurrentProcess();
        writer.Single("process_cpu_seconds_total", "counter", "CPU time, user and system.", process.TotalProcessorTime.TotalSeconds);
        writer.Single("process_resident_memory_bytes", "gauge", "Resident memory.", process.WorkingSet64);
        writer.Single(
            "process_start_time_seconds", "gauge", "Start of the process, Unix seconds.",
            new DateTimeOffset(process.StartTime.ToUniversalTime()).ToUnixTimeMilliseconds() / 1000.0);
        writer.Single("ddmq_gc_allocated_bytes_total", "counter", "Managed memory allocated.", GC.GetTotalAllocatedBytes());
        writer.Single("ddmq_gc_pause_seconds_total", "counter", "Time the garbage collector stopped all threads.", GC.GetTotalPauseDuration().TotalSeconds);
        writer.Metric("ddmq_gc_collections_total", "counter", "Garbage collections, by generation.");
        for (int generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            writer.Sample("ddmq_gc_collections_total", GC.CollectionCount(generation), ("generation", generation.ToString()));
        }
    }
}
