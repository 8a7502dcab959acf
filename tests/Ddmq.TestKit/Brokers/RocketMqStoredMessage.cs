using Ddmq.TestKit.Storage;

namespace Ddmq.TestKit.Brokers;

/// <summary>One message as a RocketMQ broker gives it back, byte for byte but for a compressed body, which is unpacked.</summary>
/// <param name="Queue">Where it lies.</param>
/// <param name="Offset">Where it lies.</param>
/// <param name="Flag">The producer's own number.</param>
/// <param name="SysFlag">Bits of the protocol: 1 compressed, 12 transaction.</param>
/// <param name="BornTimestampMs">The producer's time, Unix milliseconds.</param>
/// <param name="Properties">All of them, also the broker's own, in the order stored.</param>
/// <param name="Body">The body.</param>
public sealed record RocketMqStoredMessage(
    RocketMqQueue Queue,
    long Offset,
    int Flag,
    int SysFlag,
    long BornTimestampMs,
    IReadOnlyList<(byte[] Name, byte[] Value)> Properties,
    byte[] Body)
{
    // What brokers add, and what producers' clients add without being asked.
    private static readonly string[] NotTheSenders = ["CLUSTER", "MSG_REGION", "TRACE_ON", "UNIQ_KEY", "WAIT"];

    /// <summary>The first property of a name, or null.</summary>
    public byte[]? Property(string name) =>
        Properties.Where(property => Is(property.Name, name)).Select(property => property.Value).FirstOrDefault();

    /// <summary>The same as stores are compared: KEYS and TAGS apart, nothing of the broker's.</summary>
    /// <param name="partition">The queue's place in <see cref="RocketMqCluster.PublishQueuesAsync"/>.</param>
    public ReadBackMessage ToReadBack(int partition) => new(
        partition,
        Offset,
        Property("KEYS"),
        Property("TAGS"),
        [.. Properties.Where(property => !NotTheSenders.Concat(["KEYS", "TAGS"]).Any(name => Is(property.Name, name)))],
        Body);

    private static bool Is(byte[] name, string text) => name.AsSpan().SequenceEqual(System.Text.Encoding.UTF8.GetBytes(text));
}
