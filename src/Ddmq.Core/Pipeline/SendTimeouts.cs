using Ddmq.Core.Messages;

namespace Ddmq.Core.Pipeline;

/// <summary>How long a request may take, by the call that brought it. All in milliseconds, all &gt; 0.</summary>
/// <param name="AsyncMs">For <c>sendAsync</c>, and for sync calls that name no timeout.</param>
/// <param name="BatchMs">For <c>sendBatchSync</c>, the whole call.</param>
/// <param name="MaxMs">No client gets more, whatever it asks for.</param>
public sealed record SendTimeouts(int AsyncMs = 10_000, int BatchMs = 5_000, int MaxMs = 600_000)
{
    /// <summary>The timeout in force for a call that asked for <paramref name="requestedMs"/>, which only the sync calls can.</summary>
    public long Resolve(SendMethod method, long requestedMs) => method switch
    {
        SendMethod.BatchSync => BatchMs,
        SendMethod.Async => AsyncMs,
        _ when requestedMs <= 0 => AsyncMs,
        _ => Math.Min(requestedMs, MaxMs),
    };
}
