using Ddmq.Thrift.Protocol;

namespace Ddmq.Thrift.Client;

/// <summary>A call that has been written and not yet answered.</summary>
internal abstract class PendingCall
{
    /// <summary>The number the reply must carry.</summary>
    public int SequenceId { get; set; }

    /// <summary>Takes the reply's struct from the reader, which stands behind the message's header.</summary>
    /// <exception cref="ThriftFormatException">The reply is malformed; the call is not completed.</exception>
    public abstract void Complete<TReader>(scoped ref TReader reader, ThriftMessageType type)
        where TReader : struct, IThriftReader, allows ref struct;

    /// <summary>Ends the call without a reply.</summary>
    public abstract void Fail(Exception reason);
}
