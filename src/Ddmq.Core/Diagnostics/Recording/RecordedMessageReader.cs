using Ddmq.Core.Messages;

namespace Ddmq.Core.Diagnostics.Recording;

/// <summary>Makes what a slot holds readable.</summary>
internal static class RecordedMessageReader
{
    public static RecordedMessage Read(in RecorderSlot slot, double microsecondsPerTick)
    {
        RecordedDetails? details = slot.Details;
        var result = new SendResult(slot.Status, slot.Stored, details?.Text, slot.Partition, slot.Offset);
        return new RecordedMessage
        {
            Received = DateTimeOffset.FromUnixTimeMilliseconds(slot.ReceivedUnixMs),
            Topic = slot.Topic ?? details?.Topic,
            Key = slot.Key.IsPresent ? slot.Key.Kept.ToArray() : null,
            KeyBytes = slot.Key.Length,
            BodyBytes = slot.BodyBytes,
            Method = slot.Method,
            Client = slot.Client,
            Limiter = slot.Limiter,
            LimiterWaitMs = (details?.LimiterWaitTicks ?? 0) * microsecondsPerTick / 1000,
            IsDuplicate = (slot.Flags & RecordedFlags.IsDuplicate) != 0,
            IsLate = (slot.Flags & RecordedFlags.IsLate) != 0,
            Attempts = [.. Earlier(details, microsecondsPerTick), .. Last(slot, result)],
            Partition = slot.Partition,
            Offset = slot.Offset,
            Result = result,
            AnsweredMs = slot.AnsweredMicros / 1000.0,
        };
    }

    private static IEnumerable<RecordedMessage.Attempt> Earlier(RecordedDetails? details, double microsecondsPerTick)
    {
        foreach (RecordedAttempt attempt in details?.Earlier ?? [])
        {
            yield return new RecordedMessage.Attempt(
                attempt.Cluster,
                attempt.Broker,
                attempt.HandedOver == 0 ? null : Ms(attempt.HandedOver),
                Ms(attempt.Ended),
                attempt.Status,
                attempt.Stored,
                attempt.Detail,
                attempt.BatchSize);
        }

        double Ms(long timestamp) => Math.Max(0, (timestamp - details!.ReceivedTimestamp) * microsecondsPerTick / 1000);
    }

    // A message that was refused before any store saw it has a cluster, if it was routed, and no attempt; one that was sent before has the first one's answer.
    private static RecordedMessage.Attempt[] Last(in RecorderSlot slot, in SendResult result)
    {
        bool wasHandedOver = (slot.Flags & RecordedFlags.WasHandedOver) != 0;
        bool wasTried = wasHandedOver || slot.Broker is not null || slot.Status is SendStatus.Ok or SendStatus.Unknown or SendStatus.Timeout;
        return slot.Cluster is null || !wasTried || (slot.Flags & RecordedFlags.IsDuplicate) != 0 || slot.Limiter == LimiterOutcome.Refused
            ? []
            :
            [
                new RecordedMessage.Attempt(
                    slot.Cluster,
                    slot.Broker,
                    wasHandedOver ? slot.HandedOverMicros / 1000.0 : null,
                    slot.AnsweredMicros / 1000.0,
                    result.Status,
                    result.Stored,
                    result.Detail,
                    slot.BatchSize),
            ];
    }
}
