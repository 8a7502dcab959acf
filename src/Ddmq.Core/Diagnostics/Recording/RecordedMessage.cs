using Ddmq.Core.Messages;

namespace Ddmq.Core.Diagnostics.Recording;

/// <summary>What became of one message, as read from the recorder. Immutable. Milliseconds count from when its last byte had been read.</summary>
public sealed record RecordedMessage
{
    /// <summary>When it was received.</summary>
    public required DateTimeOffset Received { get; init; }

    /// <summary>The topic's name; null when the message had none.</summary>
    public string? Topic { get; init; }

    /// <summary>The key, or its beginning; null when the message had none.</summary>
    public byte[]? Key { get; init; }

    /// <summary>Bytes of the whole key.</summary>
    public int KeyBytes { get; init; }

    /// <summary>Bytes of the body.</summary>
    public int BodyBytes { get; init; }

    /// <summary>The call that brought it.</summary>
    public SendMethod Method { get; init; }

    /// <summary>The client's address; null when not known.</summary>
    public string? Client { get; init; }

    /// <summary>What the limits said.</summary>
    public LimiterOutcome Limiter { get; init; }

    /// <summary>How long it waited for a permit.</summary>
    public double LimiterWaitMs { get; init; }

    /// <summary>Whether it was recognised as one sent before.</summary>
    public bool IsDuplicate { get; init; }

    /// <summary>
    /// Whether this is what the store said after the request had been answered without it; the answer is an entry of its own.
    /// </summary>
    public bool IsLate { get; init; }

    /// <summary>The attempts to store it, in order; none when it did not get to a store.</summary>
    public IReadOnlyList<Attempt> Attempts { get; init; } = [];

    /// <summary>When a store had it first, to answer later; null when none had.</summary>
    public double? FirstHandedOverMs => Attempts.Select(attempt => attempt.HandedOverMs).FirstOrDefault(ms => ms is not null);

    /// <summary>The partition or queue, -1 when not known.</summary>
    public int Partition { get; init; } = -1;

    /// <summary>The offset, -1 when not known.</summary>
    public long Offset { get; init; } = -1;

    /// <summary>The answer.</summary>
    public required SendResult Result { get; init; }

    /// <summary>When it was answered.</summary>
    public double AnsweredMs { get; init; }

    /// <summary>One attempt.</summary>
    /// <param name="Cluster">The cluster.</param>
    /// <param name="Broker">The broker; null when not known.</param>
    /// <param name="HandedOverMs">When the store had it; null when it answered at once.</param>
    /// <param name="EndedMs">When the store answered, or the request without it.</param>
    /// <param name="Status">With what.</param>
    /// <param name="Stored">What is known about the message's whereabouts.</param>
    /// <param name="Detail">More; null for nothing.</param>
    /// <param name="BatchSize">Messages in the request to the broker; 0 when not known.</param>
    public sealed record Attempt(
        string? Cluster, string? Broker, double? HandedOverMs, double EndedMs, SendStatus Status, Stored Stored, string? Detail, int BatchSize);
}
