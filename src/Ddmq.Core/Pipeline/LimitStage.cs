using Ddmq.Core.Limits;
using Ddmq.Core.Messages;
using Ddmq.Core.Topics;
using Microsoft.Extensions.Logging;

namespace Ddmq.Core.Pipeline;

/// <summary>
/// Refuses with code 15 what is over a limit of its topic or of the proxy: messages and bytes per second, bytes in flight. Everything a call
/// costs is taken, or nothing: what the proxy refuses costs its topic nothing. What is refused says which limit, and when to try again.
/// <para>
/// A call over a limit per second may wait and try once more, where its topic says so: when the wait ends before the call's deadline, when the
/// limit will have a permit by then, and when there is room among those who wait (<see cref="SecondTries"/>). Thread-safe.
/// </para>
/// </summary>
internal sealed class LimitStage(AdmissionLimits node, SecondTries tries, TimeProvider time, ILogger logger, SendDelegate next)
{
    // The original's numbers for an interval derived from the timeout.
    private const long TimeoutMarginMs = 10;
    private const long LongestDerivedWaitMs = 100;

    public ValueTask<SendResult> SendAsync(SendRequest request)
    {
        long now = LimitClock.ToNs(request.ReceivedTimestamp, time);
        var refusal = Admit(request, now, mayWait: true);
        return refusal is null ? next(request)
            : refusal.Value.Due is { } due ? TryAgainAsync(request, due)
            : new ValueTask<SendResult>(refusal.Value.Result);
    }

    /// <summary>Takes what a message costs, without a second try; or returns the refusal.</summary>
    public SendResult? Admit(SendRequest request) => Admit(request, LimitClock.ToNs(request.ReceivedTimestamp, time), mayWait: false)?.Result;

    /// <summary>Takes what a batch costs, all of it or nothing, after a second try where that may help. Null when it is admitted.</summary>
    public ValueTask<SendResult?> AdmitAsync(BatchCharges batch)
    {
        if (batch.Rows.IsEmpty)
        {
            return default;
        }

        var refusal = Admit(batch, LimitClock.ToNs(batch.Rows[0].First.ReceivedTimestamp, time), mayWait: true);
        return refusal?.Due is { } due ? AdmitLaterAsync(batch, due) : new ValueTask<SendResult?>(refusal?.Result);
    }

    private async ValueTask<SendResult> TryAgainAsync(SendRequest request, Task<bool> due)
    {
        request.IsDelayedByLimit = true;
        try
        {
            if (!await due.ConfigureAwait(false))
            {
                return SendResult.Refused(SendStatus.ShuttingDown);
            }

            long now = time.GetTimestamp();
            request.Trace.LimiterWaitTicks = now - request.ReceivedTimestamp;
            if (now >= request.DeadlineTimestamp)
            {
                return SendResult.Refused(SendStatus.RateLimited, "the wait for the limit took longer than the call may");
            }

            return Admit(request, LimitClock.ToNs(now, time), mayWait: false)?.Result ?? await next(request).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Nobody up the stack is left to catch it, and the client still gets its answer.
            Log.StageThrew(logger, exception);
            return SendResult.InternalError(Stored.Unknown);
        }
    }

    private async ValueTask<SendResult?> AdmitLaterAsync(BatchCharges batch, Task<bool> due) => await due.ConfigureAwait(false)
        ? Admit(batch, LimitClock.Now(time), mayWait: false)?.Result
        : SendResult.Refused(SendStatus.ShuttingDown);

    private Refusal? Admit(SendRequest request, long nowNs, bool mayWait)
    {
        AdmissionLimits topic = request.Topic!.Limits;
        long size = request.Size;
        if (!topic.InFlight.TryAdd(size))
        {
            return RefuseInFlight(topic, 1, nowNs);
        }

        if (request.Catalog.Limits.IsOn)
        {
            var charge = new Charge(1, request.Body.Length);
            AdmissionLimits refuser = topic;
            RateLimit? over = topic.TryTake(charge, nowNs, out Taken ofTopic);
            if (over is null)
            {
                over = node.TryTake(charge, nowNs, out Taken ofNode);
                if (over is null)
                {
                    request.InFlightBytes = size;
                    CountAdmitted(topic, charge, ofTopic, nowNs);
                    CountAdmitted(node, charge, ofNode, nowNs);
                    return null;
                }

                topic.Return(ofTopic);
                refuser = node;
            }

            topic.InFlight.Remove(size);
            return Refuse(request, refuser, over, 1, nowNs, mayWait);
        }

        request.InFlightBytes = size;
        return null;
    }

    private Refusal? Admit(BatchCharges batch, long nowNs, bool mayWait)
    {
        Span<BatchCharges.Row> rows = batch.Rows;
        for (int i = 0; i < rows.Length; i++)
        {
            if (!rows[i].Limits.InFlight.TryAdd(rows[i].InFlight))
            {
                RemoveInFlight(rows[..i]);
                return RefuseInFlight(rows[i].Limits, rows[i].Charge.Messages, nowNs);
            }
        }

        SendRequest first = rows[0].First;
        if (!first.Catalog.Limits.IsOn)
        {
            return null;
        }

        for (int i = 0; i <= rows.Length; i++)
        {
            // Behind the topics the proxy.
            bool isNode = i == rows.Length;
            AdmissionLimits limits = isNode ? node : rows[i].Limits;
            Charge charge = isNode ? batch.Total : rows[i].Charge;
            if (limits.TryTake(charge, nowNs, out Taken taken) is { } over)
            {
                Return(rows[..i]);
                RemoveInFlight(rows);
                return Refuse(isNode ? first : rows[i].First, limits, over, charge.Messages, nowNs, mayWait);
            }

            if (isNode)
            {
                CountAdmitted(node, charge, taken, nowNs);
            }
            else
            {
                rows[i].Taken = taken;
            }
        }

        foreach (ref BatchCharges.Row row in rows)
        {
            CountAdmitted(row.Limits, row.Charge, row.Taken, nowNs);
        }

        return null;
    }

    private static void Return(Span<BatchCharges.Row> rows)
    {
        foreach (ref BatchCharges.Row row in rows)
        {
            row.Limits.Return(row.Taken);
        }
    }

    private static void RemoveInFlight(Span<BatchCharges.Row> rows)
    {
        foreach (ref BatchCharges.Row row in rows)
        {
            row.Limits.InFlight.Remove(row.InFlight);
        }
    }

    private void CountAdmitted(AdmissionLimits limits, Charge charge, in Taken taken, long nowNs)
    {
        if (limits.CountAdmitted(charge, taken))
        {
            Report(limits, charge.Messages, 0, nowNs);
        }
    }

    private Refusal RefuseInFlight(AdmissionLimits limits, int messages, long nowNs)
    {
        limits.InFlight.CountRefused(messages);
        Report(limits, 0, messages, nowNs);
        return new Refusal(SendResult.Refused(SendStatus.RateLimited, limits.InFlight.Text), null);
    }

    private Refusal Refuse(SendRequest request, AdmissionLimits limits, RateLimit over, int messages, long nowNs, bool mayWait)
    {
        long waitMs = over.WaitMs(nowNs);
        if (mayWait && waitMs >= 0 && FindWait(request) is { } tryAfterMs && waitMs <= tryAfterMs
            && tries.TryWait(tryAfterMs, request.Catalog.Limits.MaxWaiting) is { } due)
        {
            over.CountDelayed(messages);
            return new Refusal(default, due);
        }

        over.CountRefused(messages);
        Report(limits, 0, messages, nowNs);
        return new Refusal(SendResult.Refused(SendStatus.RateLimited, over.Describe(waitMs)), null);
    }

    /// <summary>How long a call of the topic waits for its second try, in ms; null when that would not end before its deadline, or is off.</summary>
    private long? FindWait(SendRequest request)
    {
        long interval = request.Topic!.Config.LimiterFailureRetryInterval;
        if (interval < 0)
        {
            long longest = request.TimeoutMs - TimeoutMarginMs;
            interval = longest > TimeoutMarginMs ? Math.Min(longest, LongestDerivedWaitMs) : 0;
        }

        double leftMs = (request.DeadlineTimestamp - time.GetTimestamp()) * 1000.0 / time.TimestampFrequency;
        return interval > 0 && interval < leftMs ? interval : null;
    }

    private void Report(AdmissionLimits limits, int warned, int refused, long nowNs)
    {
        if (limits.Report.Add(warned, refused, nowNs, out long allWarned, out long allRefused))
        {
            Log.OverLimit(logger, limits.Report.Owner, allRefused, allWarned);
        }
    }

    /// <summary>The answer, or when to try once more.</summary>
    private readonly record struct Refusal(SendResult Result, Task<bool>? Due);
}
