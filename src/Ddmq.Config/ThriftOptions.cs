namespace Ddmq.Config;

/// <summary>The Thrift port: where it listens and what one client may ask of it.</summary>
internal sealed class ThriftOptions
{
    /// <summary>
    /// Open files that are not for clients: the store's, logs, admin connections and the runtime's own; without them a full house of clients
    /// would keep the store from opening its next file.
    /// </summary>
    public const int ReservedDescriptors = 1024;

    /// <summary>Address to listen on; 0.0.0.0 is every IPv4 address, :: every address.</summary>
    [IpAddress]
    public string BindAddress { get; set; } = "0.0.0.0";

    /// <summary>Largest frame in bytes; a larger one ends its connection.</summary>
    [Limits(1024, 1073741824)]
    public int MaxFrameBytes { get; set; } = 16384000;

    /// <summary>Connections at a time; further ones are closed at once.</summary>
    [Limits(1, 1000000)]
    public int MaxConnections { get; set; } = 16384;

    /// <summary>Requests of one connection that may wait for their answers; the connection is not read meanwhile.</summary>
    [Limits(1, 1000000)]
    public int MaxInFlightPerConnection { get; set; } = 1024;

    /// <summary>Milliseconds within which a frame that has begun must be complete; 0 for no limit.</summary>
    [Limits(0, 3600000)]
    public int FrameTimeoutMs { get; set; } = 30000;

    /// <summary>Milliseconds for which a connection is not read while nearly all it sends is refused with code 15; 0 for no pause. Not with kestrel.</summary>
    [Limits(0, 1000)]
    public int OverLimitPauseMs { get; set; } = 10;

    /// <summary>Who moves the bytes: epoll (event loops of our own) or kestrel.</summary>
    public ThriftTransport Transport { get; set; } = ThriftTransport.Epoll;

    /// <summary>Event loops of the epoll transport, which also read what brokers answer; 0 chooses by the number of processors.</summary>
    [Limits(0, 64)]
    public int EventLoops { get; set; }

    /// <summary>Most messages in one sendBatchSync call.</summary>
    [Limits(1, 1000000)]
    public int MaxBatchMessages { get; set; } = 10000;

    /// <summary>Bytes of all requests being read, waiting for their answers, or answered while a store still holds them; beyond it messages are refused with code 15.</summary>
    [Limits(1048576)]
    public long MaxBytesInFlight { get; set; } = 268435456;
}
