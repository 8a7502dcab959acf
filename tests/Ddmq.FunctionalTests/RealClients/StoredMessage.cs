namespace Ddmq.FunctionalTests.RealClients;

/// <summary>A line of <c>ddmq tail --json</c>.</summary>
internal sealed record StoredMessage
{
    public required string Topic { get; init; }

    public required int Partition { get; init; }

    public required long Offset { get; init; }

    public required string? Key { get; init; }

    public required string? Tags { get; init; }

    public required Dictionary<string, string> Properties { get; init; }

    public required byte[] BodyBase64 { get; init; }

    /// <summary>See <see cref="MessageContent"/>.</summary>
    public string Content => MessageContent.Describe(Key, Tags, Properties, BodyBase64);
}
