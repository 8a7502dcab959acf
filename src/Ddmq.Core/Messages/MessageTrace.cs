using Ddmq.Core.Diagnostics.Recording;

namespace Ddmq.Core.Messages;

/// <summary>
/// What stages and adapters note about a message on its way, for <c>ddmq explain</c> and the latencies: each where it happens, none of it read on
/// the way. Timestamps are <see cref="TimeProvider.GetTimestamp"/> ticks. Belongs to its <see cref="SendRequest"/>, with the same rules.
/// </summary>
public sealed class MessageTrace
{
    // Replaced whole: the deadline's answer may read it while a store that is late speaks.
    private RecordedAttempt[] _earlier = [];

    /// <summary>The address of the client that sent it; null when not known. Stays across <see cref="Reset"/>.</summary>
    public string? Client { get; set; }

    /// <summary>How long the message waited for a permit of a limit; 0 for not at all.</summary>
    public long LimiterWaitTicks { get; set; }

    /// <summary>When a store took it first, to answer later; 0 when none has, or all have answered at once.</summary>
    public long FirstHandedOver { get; private set; }

    /// <summary>When the store of the current attempt took it; 0 as above.</summary>
    public long HandedOver { get; private set; }

    /// <summary>Messages in the broker request that carried it last; 0 when the adapter does not tell.</summary>
    public int BatchSize { get; set; }

    /// <summary>Whether it was recognised as one that had been sent before.</summary>
    public bool IsDuplicate { get; set; }

    /// <summary>The attempts before the current one.</summary>
    public IReadOnlyList<RecordedAttempt> EarlierAttempts => _earlier;

    /// <summary>A store has taken the message and will answer later. Before anybody waits for that answer.</summary>
    public void StoreHasIt(long now)
    {
        HandedOver = now;
        if (FirstHandedOver == 0)
        {
            FirstHandedOver = now;
        }
    }

    /// <summary>An attempt has failed and another follows. A slow path: allocates.</summary>
    public void AttemptFailed(SendRequest request, in SendResult result, long now)
    {
        var attempt = new RecordedAttempt(
            request.Cluster?.Name, request.LastBroker, HandedOver, now, result.Status, result.Stored, RecordedText.Cut(result.Detail), BatchSize);
        _earlier = [.. _earlier, attempt];
        HandedOver = 0;
        BatchSize = 0;
    }

    internal void Reset()
    {
        _earlier = [];
        FirstHandedOver = 0;
        LimiterWaitTicks = 0;
        HandedOver = 0;
        BatchSize = 0;
        IsDuplicate = false;
    }
}
