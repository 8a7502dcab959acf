using System.Net;

namespace Ddmq.Thrift.Server;

/// <summary>A running Thrift server, whatever moves its bytes. Thread-safe.</summary>
public interface IThriftServer : IAsyncDisposable
{
    /// <summary>The address listened on, with the port that a 0 became.</summary>
    IPEndPoint LocalEndPoint { get; }

    /// <summary>Takes no more connections where the transport can tell; open ones go on.</summary>
    void StopListening();

    /// <summary>
    /// Reads no more, writes the replies of what is in flight, closes the connections as that is done; after
    /// <paramref name="timeout"/> closes what is left.
    /// </summary>
    /// <returns>True when every reply could be written.</returns>
    Task<bool> StopAsync(TimeSpan timeout);
}
