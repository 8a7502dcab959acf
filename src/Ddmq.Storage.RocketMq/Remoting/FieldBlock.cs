namespace Ddmq.Storage.RocketMq.Remoting;

/// <summary>Ext fields encoded once and copied into many headers. Immutable.</summary>
/// <param name="Encoded">Their bytes in the header.</param>
/// <param name="Values">Their values one after another, as a signature needs them.</param>
internal sealed record FieldBlock(byte[] Encoded, byte[] Values);
