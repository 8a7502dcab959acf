using Ddmq.Core.Spooling;

namespace Ddmq.Proxy.Admin.Top;

/// <summary>The spool in <c>/api/top</c>: what is in it, and how fast it is delivered. Immutable.</summary>
/// <param name="Messages">Entries there now.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="OldestAgeSeconds">Age of the oldest; 0 when there is none.</param>
/// <param name="DeliveredPerSecond">Entries that their clusters have stored.</param>
internal sealed record SpoolRow(long Messages, long Bytes, double OldestAgeSeconds, double DeliveredPerSecond)
{
    public static SpoolRow Between(IReadOnlyList<SpoolReading> before, IReadOnlyList<SpoolReading> after, double seconds, long nowUnixMs)
    {
        long oldest = after.Where(queue => queue.OldestUnixMs > 0).Select(queue => queue.OldestUnixMs).DefaultIfEmpty(nowUnixMs).Min();
        return new SpoolRow(
            after.Sum(queue => queue.Messages),
            after.Sum(queue => queue.Bytes),
            Math.Max(0, nowUnixMs - oldest) / 1000.0,
            (after.Sum(queue => queue.Delivered) - before.Sum(queue => queue.Delivered)) / seconds);
    }
}
