namespace Ddmq.TestKit.Brokers;

/// <summary>One record as Kafka gives it back, byte for byte.</summary>
/// <param name="Partition">Where it lies.</param>
/// <param name="Offset">Where it lies.</param>
/// <param name="TimestampMs">The record's own time, Unix milliseconds.</param>
/// <param name="Key">Null when it has none.</param>
/// <param name="Value">Null for a record without a value.</param>
/// <param name="Headers">In the order stored; a header's value can be null.</param>
public sealed record KafkaRecord(
    int Partition, long Offset, long TimestampMs, byte[]? Key, byte[]? Value, IReadOnlyList<(string Name, byte[]? Value)> Headers);
