using Ddmq.Thrift.Protocol;

namespace Ddmq.Thrift.Server;

/// <summary>The bounds of a Thrift server. Set before the server is built, not changed afterwards.</summary>
public sealed class ThriftServerOptions
{
    /// <summary>The largest frame taken, in bytes without its length; at least 1.</summary>
    public int MaxFrameBytes { get; init; } = 16_384_000;

    /// <summary>Connections open at a time; further ones are closed at once.</summary>
    public int MaxConnections { get; init; } = 16_384;

    /// <summary>Calls of one connection that may wait for their replies; its socket is not read beyond that.</summary>
    public int MaxInFlightPerConnection { get; init; } = 1_024;

    /// <summary>Bytes of incomplete frames held for all connections together; beyond that, begun frames wait.</summary>
    public long MaxReadBufferBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>How long a frame may take from its first byte to its last, and a reply to be taken.</summary>
    public TimeSpan FrameTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a connection is not read while its client asks for more than it may have and nearly all of it is refused; zero for no pause.
    /// Event loops only.
    /// </summary>
    public TimeSpan OverLimitPause { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Length of the listen queue.</summary>
    public int Backlog { get; init; } = 512;

    /// <summary>Bounds of what a frame may contain.</summary>
    public ThriftLimits Limits { get; init; } = new();
}
