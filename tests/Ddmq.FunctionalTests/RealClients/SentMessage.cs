namespace Ddmq.FunctionalTests.RealClients;

/// <summary>A line of a client's output: one message it sent, and how the proxy answered.</summary>
internal sealed record SentMessage
{
    /// <summary>Which of the client's connections it went over, from 0 on.</summary>
    public required int Connection { get; init; }

    /// <summary>The method that was called.</summary>
    public required string Method { get; init; }

    public string? Topic { get; init; }

    public string? Key { get; init; }

    public string? Tags { get; init; }

    public Dictionary<string, string>? Properties { get; init; }

    public int? PartitionId { get; init; }

    public long HashId { get; init; }

    /// <summary>The bytes to be stored, whether they were sent as body or as value.</summary>
    public byte[] Body { get; init; } = [];

    /// <summary>The answer's code; null when it was an exception.</summary>
    public int? Code { get; init; }

    /// <summary>The answer's or the exception's text.</summary>
    public string? Msg { get; init; }

    /// <summary>The answer to sendDelaySync.</summary>
    public string? UniqDelayMsgId { get; init; }

    /// <summary>The type of the TApplicationException that was the answer.</summary>
    public int? ExceptionType { get; init; }

    /// <summary>See <see cref="MessageContent"/>.</summary>
    public string Content => MessageContent.Describe(Key, Tags, Properties, Body);
}
