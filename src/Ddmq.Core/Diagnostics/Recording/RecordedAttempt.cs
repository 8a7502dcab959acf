using Ddmq.Core.Messages;

namespace Ddmq.Core.Diagnostics.Recording;

/// <summary>One attempt to store a message. Immutable. Times are timestamps of the proxy's clock.</summary>
/// <param name="Cluster">The cluster it went to.</param>
/// <param name="Broker">The broker there; null when the store has none, or the attempt did not get that far.</param>
/// <param name="HandedOver">When the store had the message; 0 when it answered at once.</param>
/// <param name="Ended">When the store answered, or the request did without it.</param>
/// <param name="Status">With what.</param>
/// <param name="Stored">What is known about the message's whereabouts.</param>
/// <param name="Detail">More about it; null for nothing.</param>
/// <param name="BatchSize">Messages in the request to the broker; 0 when not known.</param>
public sealed record RecordedAttempt(
    string? Cluster, string? Broker, long HandedOver, long Ended, SendStatus Status, Stored Stored, string? Detail, int BatchSize);
