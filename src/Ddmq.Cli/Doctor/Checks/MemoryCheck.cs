using System.Globalization;
using Ddmq.Config;

namespace Ddmq.Cli.Doctor.Checks;

/// <summary>Whether what may wait in memory fits into it.</summary>
internal static class MemoryCheck
{
    private const string Name = "memory";

    // Program, caches of the store, connections: what an idle proxy has, with room to spare.
    private const long BesideMessages = 256L << 20;

    /// <summary>Compares the bounds of the configuration with the memory there is.</summary>
    /// <param name="options">The configuration.</param>
    /// <param name="pid">The running proxy; null for this process, which is under the same limit when it is started from the same place.</param>
    public static IReadOnlyList<CheckResult> Run(CarreraOptions options, int? pid)
    {
        long needed = options.Ddmq.Thrift.MaxBytesInFlight + options.Ddmq.Store.MaxQueuedBytes + BesideMessages;
        long? limit = MemoryLimit.Of(pid?.ToString(CultureInfo.InvariantCulture) ?? "self");
        long all = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return [Run(needed, Math.Min(limit ?? long.MaxValue, all), limit is not null)];
    }

    internal static CheckResult Run(long needed, long available, bool isLimited)
    {
        string found = $"{Text(available)}{(isLimited ? ", by the limit of its control group" : "")}; a proxy full of messages can need {Text(needed)}";
        return available >= needed
            ? CheckResult.Ok(Name, found)
            : CheckResult.Warn(Name, found, "more memory, or smaller ddmq.thrift.maxBytesInFlight and ddmq.store.maxQueuedBytes");
    }

    private static string Text(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20} MiB");
}
