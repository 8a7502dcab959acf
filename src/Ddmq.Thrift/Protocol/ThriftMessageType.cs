namespace Ddmq.Thrift.Protocol;

/// <summary>
/// What a message is. A reader passes on undefined numbers as they came, so that a server can still answer them.
/// </summary>
public enum ThriftMessageType : byte
{
    /// <summary>A call that is to be answered.</summary>
    Call = 1,

    /// <summary>The answer to a call: its result struct.</summary>
    Reply = 2,

    /// <summary>The answer to a call that could not be made: see <see cref="ThriftApplicationErrors"/>.</summary>
    Exception = 3,

    /// <summary>A call that is not to be answered.</summary>
    Oneway = 4,
}
