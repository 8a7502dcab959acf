namespace Ddmq.Core.Diagnostics.Recording;

/// <summary>What a slot has no room for and most messages do not have. Immutable.</summary>
/// <param name="Topic">The topic's name when the proxy does not serve it, cut to <see cref="RecordedText.MaxLength"/>.</param>
/// <param name="Text">The answer's detail, cut likewise.</param>
/// <param name="LimiterWaitTicks">How long the message waited for a permit.</param>
/// <param name="ReceivedTimestamp">To which <paramref name="Earlier"/>'s times are relative.</param>
/// <param name="Earlier">The attempts before the last.</param>
internal sealed record RecordedDetails(
    string? Topic, string? Text, long LimiterWaitTicks, long ReceivedTimestamp, IReadOnlyList<RecordedAttempt> Earlier);
