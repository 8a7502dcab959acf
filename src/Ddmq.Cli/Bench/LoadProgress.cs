namespace Ddmq.Cli.Bench;

/// <summary>How a run is getting on; about one a second.</summary>
/// <param name="Elapsed">Since the first request.</param>
/// <param name="IsWarmup">Whether results are not recorded yet.</param>
/// <param name="MessagesPerSecond">Answered since the progress before this one.</param>
/// <param name="RequestsInFlight">Sent and not answered now.</param>
/// <param name="Errors">Requests since the start that were answered with another code than 0, or lost with their connection.</param>
internal readonly record struct LoadProgress(
    TimeSpan Elapsed, bool IsWarmup, double MessagesPerSecond, long RequestsInFlight, long Errors);
