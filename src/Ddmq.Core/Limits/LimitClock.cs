namespace Ddmq.Core.Limits;

/// <summary>The limits' unit of time: ns since some time in the past.</summary>
internal static class LimitClock
{
    public static long Now(TimeProvider time) => ToNs(time.GetTimestamp(), time);

    /// <summary>A timestamp of that clock in ns.</summary>
    public static long ToNs(long timestamp, TimeProvider time) =>
        time.TimestampFrequency == 1_000_000_000 ? timestamp : (long)(timestamp * (1e9 / time.TimestampFrequency));
}
