namespace Ddmq.Thrift.Server;

/// <summary>
/// What a connection asks of the socket layer below it. The layer in turn feeds <see cref="ThriftConnection.Receive"/>,
/// collects with <see cref="ThriftConnection.TakeReplies"/>, and promises that only one of them runs at a time.
/// Two layers fit: the event loop in this project, and Kestrel in the proxy.
/// </summary>
public interface IConnectionTransport
{
    /// <summary>Replies are ready to be taken. Any thread; may be called more often than needed; harmless after the end.</summary>
    void RequestFlush();

    /// <summary>The client's address, for logs.</summary>
    string RemoteAddress { get; }
}
