using System.Runtime.CompilerServices;
using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;

namespace Ddmq.Core.Duplicates;

/// <summary>
/// Answers a message that was sent before, not long ago, with the first one's outcome; for topics that ask for it, and messages with a key.
/// <code>
/// first on its way ─► the repeat waits for it, until its own deadline; also after the first has been answered 12
///       ├─ stored ───────────────► the repeat is answered so, and is not sent
///       ├─ certainly not stored ─► forgotten; one of those who wait is sent, the others wait for that one
///       └─ unknown for good ─────► the same, and counted: there may be two
/// </code>
/// So that there is one copy, such a message is not tried again by this proxy while it is not known whether it is stored: the client's repeat
/// waits for that instead. Thread-safe.
/// </summary>
internal sealed class DuplicateStage(DuplicateWindow window, TimeProvider time, SendDelegate next)
{
    public ValueTask<SendResult> SendAsync(SendRequest request)
    {
        int windowMs = request.Topic!.Policy.DuplicateWindowMs;
        return windowMs == 0 || request.Key.GetValueOrDefault().IsEmpty ? next(request) : CompareAsync(request, windowMs);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<SendResult> CompareAsync(SendRequest request, int windowMs)
    {
        request.AllowsSecondCopy = false;
        UInt128 hash = MessageHash.Of(request);
        long windowTicks = windowMs * time.TimestampFrequency / 1000;
        bool mayHaveCopy = false;
        while (true)
        {
            long now = time.GetTimestamp();
            if (window.Enter(hash, now, request.ReceivedTimestamp, now + windowTicks, out RememberedMessage message) is not { } first)
            {
                if (mayHaveCopy)
                {
                    request.Topic!.Ledger.Retries.CountPossibleDuplicate();
                }

                return await SendFirstAsync(request, message).ConfigureAwait(false);
            }

            SendResult outcome = await first.ConfigureAwait(false);
            if (outcome.Stored is Stored.Yes or Stored.Spooled)
            {
                request.Trace.IsDuplicate = true;
                request.Topic!.Ledger.Retries.CountJoined();
                string detail = $"duplicate of a message received {(long)time.GetElapsedTime(message.FirstSent, request.ReceivedTimestamp).TotalMilliseconds} ms before";
                return outcome with { Detail = outcome.Detail is null ? detail : $"{outcome.Detail}; {detail}" };
            }

            if (time.GetTimestamp() >= request.DeadlineTimestamp)
            {
                // Answered by its deadline; nothing is sent after that.
                return SendResult.Failed(SendStatus.Timeout, outcome.Stored, outcome.Detail);
            }

            mayHaveCopy = outcome.Stored == Stored.Unknown;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<SendResult> SendFirstAsync(SendRequest request, RememberedMessage message)
    {
        SendResult outcome = SendResult.Failed(SendStatus.Unknown, Stored.Unknown);
        try
        {
            outcome = await next(request).ConfigureAwait(false);
            return outcome;
        }
        finally
        {
            window.Settle(message, outcome);
        }
    }
}
