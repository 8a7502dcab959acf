namespace Ddmq.Core.Messages;

/// <summary>One property of a message. Both parts are UTF-8 and belong to the request's buffer.</summary>
public readonly record struct MessageProperty(ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> Value);
