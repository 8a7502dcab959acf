namespace Ddmq.Thrift.Server;

/// <summary>What all connections of a server share: the handler of calls, the bounds, the counts. Thread-safe.</summary>
/// <param name="handler">Takes every call.</param>
/// <param name="options">The bounds.</param>
public sealed class ThriftDispatcher(CallHandler handler, ThriftServerOptions options)
{
    private ThriftConnection? _overdrawing;

    /// <summary>Takes every call.</summary>
    public CallHandler Handler { get; } = handler;

    /// <summary>The bounds.</summary>
    public ThriftServerOptions Options { get; } = options;

    /// <summary>The counts.</summary>
    public ThriftServerStatistics Statistics { get; } = new();

    /// <summary>Memory of large frames.</summary>
    internal FramePool Frames { get; } = new();

    /// <summary>Told of every connection's end, on the transport's thread; for the log. Must not block or throw.</summary>
    public Action<string, CloseReason>? ConnectionClosed { get; init; }

    /// <summary>Told of every exception a handler let out; for the log. Must not block or throw.</summary>
    public Action<Exception>? HandlerFailed { get; init; }

    /// <summary>
    /// Lets one connection at a time go over <see cref="ThriftServerOptions.MaxReadBufferBytes"/>. Without that, begun
    /// frames that use up the memory together would all wait for each other; so one of them is completed, then the next.
    /// </summary>
    internal bool MayOverdraw(ThriftConnection connection)
    {
        ThriftConnection? holder = Interlocked.CompareExchange(ref _overdrawing, connection, null);
        return holder is null || ReferenceEquals(holder, connection);
    }

    /// <summary>The connection has completed its frame, or has gone.</summary>
    internal void EndOverdraft(ThriftConnection connection)
    {
        if (ReferenceEquals(Volatile.Read(ref _overdrawing), connection))
        {
            Volatile.Write(ref _overdrawing, null);
        }
    }
}
