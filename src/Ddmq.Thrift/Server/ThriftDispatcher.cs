namespace Ddmq.Thrift.Server;

/// <summary>What all connections of a server share: the handler of calls, the bounds, the counts. Thread-safe.</summary>
/// <param name="handler">Takes every call.</param>
/// <param name="options">The bounds.</param>
public sealed class ThriftDispatcher(CallHandler handler, ThriftServerOptions options)
{
    /// <summary>Takes every call.</summary>
    public CallHandler Handler { get; } = handler;

    /// <summary>The bounds.</summary>
    public ThriftServerOptions Options { get; } = options;

    /// <summary>The counts.</summary>
    public ThriftServerStatistics Statistics { get; } = new();

    /// <summary>Told of every connection's end, on the transport's thread; for the log. Must not block or throw.</summary>
    public Action<string, CloseReason>? ConnectionClosed { get; init; }

    /// <summary>Told of every exception a handler let out; for the log. Must not block or throw.</summary>
    public Action<Exception>? HandlerFailed { get; init; }
}
