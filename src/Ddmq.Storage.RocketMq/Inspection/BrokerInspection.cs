namespace Ddmq.Storage.RocketMq.Inspection;

/// <summary>What one broker's master said. Immutable.</summary>
/// <param name="Name">The broker's name.</param>
/// <param name="Address">Where the name servers say it is.</param>
/// <param name="IsConnected">Whether a connection to that address could be made and brought an answer.</param>
/// <param name="Failure">Why there is no answer, or what it answered instead of what was asked; null when all is well.</param>
/// <param name="Elapsed">How long the answer took, connecting included.</param>
/// <param name="Version">Its version, such as <c>V4_9_7</c>; null when it does not tell.</param>
/// <param name="ClockAhead">
/// How far its clock is ahead of this machine's, negative when behind, to about a second; null when it does not tell.
/// </param>
public sealed record BrokerInspection(
    string Name, string Address, bool IsConnected, string? Failure, TimeSpan Elapsed, string? Version, TimeSpan? ClockAhead);
