namespace Ddmq.Cli.Bench;

/// <summary>What a run has shown; the warm-up is left out.</summary>
internal sealed record LoadReport
{
    /// <summary>How long results were recorded; shorter than asked for when the run was cancelled or every connection was lost.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Messages in each request.</summary>
    public required int MessagesPerRequest { get; init; }

    /// <summary>Requests answered while results were recorded, whatever the code.</summary>
    public required long Requests { get; init; }

    /// <summary>
    /// Durations from a request to its reply; in an open loop from when the request was due, whether or not it could be
    /// sent then. Requests of an open loop that were never answered, or never sent, are in it with the time they had waited.
    /// </summary>
    public required LatencyHistogram Latency { get; init; }

    /// <summary>What the replies said.</summary>
    public required ReplyCounts Replies { get; init; }

    /// <summary>Connections the proxy closed, or that broke.</summary>
    public required int LostConnections { get; init; }

    /// <summary>Why the first of them was lost; null when none was.</summary>
    public required string? FirstLoss { get; init; }

    /// <summary>Requests sent whose reply never came.</summary>
    public required long Unanswered { get; init; }

    /// <summary>Requests of an open loop's schedule that found no free connection until the drain timeout had passed.</summary>
    public required long Unsent { get; init; }

    /// <summary>CPU this process has used per message, user and system, in microseconds.</summary>
    public required double ClientCpuMicroseconds { get; init; }

    /// <summary>CPU the proxy has used per message, in microseconds; null when unknown.</summary>
    public required double? ProxyCpuMicroseconds { get; init; }

    /// <summary>Messages answered while results were recorded.</summary>
    public long Messages => Requests * MessagesPerRequest;

    /// <summary>Messages answered per second, whatever the code.</summary>
    public double MessagesPerSecond => Elapsed > TimeSpan.Zero ? Messages / Elapsed.TotalSeconds : 0;

    /// <summary>Whether everything that was to be sent was answered with code 0.</summary>
    public bool IsClean => Replies.Failures == 0 && LostConnections == 0 && Unanswered == 0 && Unsent == 0;
}
