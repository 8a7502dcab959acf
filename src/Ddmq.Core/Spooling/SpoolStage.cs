using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;
using Ddmq.Core.Topics;
using Microsoft.Extensions.Logging;

namespace Ddmq.Core.Spooling;

/// <summary>
/// For topics that allow it: what its cluster could not take, or has not answered at the client's timeout, goes into the spool. On topics with
/// strong order, messages that would overtake what is in the spool go behind it. What is not taken at once is a <see cref="SpoolingSend"/>'s.
/// </summary>
internal sealed class SpoolStage(SpoolDelivery delivery, TimeProvider time, ILogger logger, SendDelegate next)
{
    private readonly long _extraTime = (long)(delivery.Spool.Settings.MaxWait.TotalSeconds * time.TimestampFrequency);

    private readonly Func<SendRequest, bool> _hasEntriesBefore = delivery.Spool.HasEntriesBefore;

    public Spool Spool { get; } = delivery.Spool;

    public ILogger Logger { get; } = logger;

    public ValueTask<SendResult> SendAsync(SendRequest request) =>
        request.Topic!.Policy.Durability == TopicDurability.SpoolOnFailure ? SendOrSpoolAsync(request) : next(request);

    /// <summary>A message has been stored without the spool.</summary>
    public void StoredDirectly(SendRequest request)
    {
        if (!Spool.IsEmpty)
        {
            delivery.Worked(request.Cluster!);
        }
    }

    private ValueTask<SendResult> SendOrSpoolAsync(SendRequest request)
    {
        // Whatever the retries leave open is for the spool.
        request.AllowsSecondCopy = false;
        request.EndTimestamp = Math.Max(request.EndTimestamp, request.DeadlineTimestamp + _extraTime);
        if (request.Topic!.Config.StrongOrder)
        {
            if (Spool.HasEntriesBefore(request))
            {
                return SendingOf(request).SpoolAsync(SendResult.Overtaking);
            }

            // While it waits in its store an earlier one may fail there and come here.
            request.HasEarlierAside = _hasEntriesBefore;
        }

        ValueTask<SendResult> sending = next(request);
        if (!sending.IsCompletedSuccessfully)
        {
            return SendingOf(request).WaitAsync(sending);
        }

        SendResult outcome = sending.Result;
        if (SpoolOutcomes.IsSpoolable(outcome))
        {
            return SendingOf(request).SpoolAsync(outcome);
        }

        if (outcome.IsOk)
        {
            StoredDirectly(request);
        }

        return new ValueTask<SendResult>(outcome);
    }

    private SpoolingSend SendingOf(SendRequest request) => request.Spooling ??= new SpoolingSend(this, request);
}
