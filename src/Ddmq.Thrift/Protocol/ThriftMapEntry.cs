namespace Ddmq.Thrift.Protocol;

/// <summary>One pair of a <see cref="ThriftMap"/>.</summary>
public readonly record struct ThriftMapEntry(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value);
