using Ddmq.Thrift.Client;
using Ddmq.Thrift.ProducerProxy;
using Ddmq.Thrift.Protocol;

namespace Ddmq.Cli.Sending;

/// <summary>Everything about the messages of one <c>ddmq send</c> but their bodies. Immutable.</summary>
internal sealed record SendTemplate
{
    private const int MadeUpKeyLength = 16;

    // Any partition, as every SDK sends it unless told otherwise; and by hash id.
    private const int AnyPartition = -2;
    private const int PartitionByHashId = -1;

    // A plain null beside memory in a conditional expression becomes a null array, and that an empty field.
    private static ReadOnlyMemory<byte>? Absent => null;

    /// <summary>The topic.</summary>
    public required string Topic { get; init; }

    /// <summary>The key; null for one made up for each message, as SDKs do.</summary>
    public string? Key { get; init; }

    /// <summary>Whether messages have no key at all.</summary>
    public bool HasNoKey { get; init; }

    /// <summary>The tags; none leaves the field out.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The properties; none leaves the field out.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Properties { get; init; } = [];

    /// <summary>The partition; null to let <see cref="HashId"/> or the proxy choose.</summary>
    public int? Partition { get; init; }

    /// <summary>What the proxy chooses the partition by; null to let it choose any.</summary>
    public long? HashId { get; init; }

    /// <summary>A message with that body, which is kept by reference.</summary>
    public Message With(ReadOnlyMemory<byte> body) => new()
    {
        Topic = ThriftText.Utf8(Topic),
        Key = HasNoKey ? Absent : ThriftText.Utf8(Key ?? MakeUpKey()),
        HashId = HashId ?? 0,
        Tags = Tags.Count > 0 ? ThriftText.Utf8(string.Join("||", Tags)) : Absent,
        PartitionId = Partition ?? (HashId is null ? AnyPartition : PartitionByHashId),
        Body = body,
        Version = "ddmq_cli"u8.ToArray(),
        Properties = Properties.Count > 0 ? MakeProperties() : null,
    };

    private static string MakeUpKey() => Random.Shared.GetString(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", MadeUpKeyLength);

    private ThriftMap MakeProperties()
    {
        var map = new ThriftMap();
        foreach ((string name, string value) in Properties)
        {
            map.Add(ThriftText.Utf8(name), ThriftText.Utf8(value));
        }

        return map;
    }
}
