namespace Ddmq.Thrift.Protocol;

/// <summary>What stands before a message's struct.</summary>
/// <param name="Name">The method's name, a slice of the frame.</param>
/// <param name="Type">Call, reply and so on; can be a number that is none of them.</param>
/// <param name="SequenceId">The caller's number for the call; the reply repeats it.</param>
public readonly record struct ThriftMessageHeader(ReadOnlyMemory<byte> Name, ThriftMessageType Type, int SequenceId);
