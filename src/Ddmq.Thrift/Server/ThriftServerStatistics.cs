namespace Ddmq.Thrift.Server;

/// <summary>
/// Counts of a server since its start. <c>Accepted = Σ Closed(reason) + Open</c>, and
/// <c>Calls = Replies + InFlight</c> where calls whose client has gone count as replied. Thread-safe.
/// </summary>
public sealed class ThriftServerStatistics
{
    private readonly long[] _closed = new long[Enum.GetValues<CloseReason>().Length];
    private long _accepted;
    private long _open;
    private long _calls;
    private long _replies;
    private long _bytesRead;
    private long _bytesWritten;
    private long _unknownMethods;
    private long _badArguments;
    private long _badMessageTypes;
    private long _handlerErrors;
    private long _readBufferBytes;
    private long _bytesInFlight;
    private long _pauses;

    /// <summary>Connections accepted.</summary>
    public long Accepted => Volatile.Read(ref _accepted);

    /// <summary>Connections open now.</summary>
    public long Open => Volatile.Read(ref _open);

    /// <summary>Frames that became calls.</summary>
    public long Calls => Volatile.Read(ref _calls);

    /// <summary>Calls answered.</summary>
    public long Replies => Volatile.Read(ref _replies);

    /// <summary>Bytes read from sockets.</summary>
    public long BytesRead => Volatile.Read(ref _bytesRead);

    /// <summary>Bytes written to sockets.</summary>
    public long BytesWritten => Volatile.Read(ref _bytesWritten);

    /// <summary>Calls of a method that does not exist.</summary>
    public long UnknownMethods => Volatile.Read(ref _unknownMethods);

    /// <summary>Calls whose arguments could not be decoded.</summary>
    public long BadArguments => Volatile.Read(ref _badArguments);

    /// <summary>Messages that were no CALL.</summary>
    public long BadMessageTypes => Volatile.Read(ref _badMessageTypes);

    /// <summary>Calls whose handler threw.</summary>
    public long HandlerErrors => Volatile.Read(ref _handlerErrors);

    /// <summary>Bytes of incomplete frames held now.</summary>
    public long ReadBufferBytes => Volatile.Read(ref _readBufferBytes);

    /// <summary>Bytes of the frames that are held for their calls: until the reply is written, or at once for a call that is answered where it is read.</summary>
    public long BytesInFlight => Volatile.Read(ref _bytesInFlight);

    /// <summary>How often a connection was not read for <see cref="ThriftServerOptions.OverLimitPause"/>.</summary>
    public long Pauses => Volatile.Read(ref _pauses);

    /// <summary>Connections closed for that reason.</summary>
    public long Closed(CloseReason reason) => Volatile.Read(ref _closed[(int)reason]);

    internal void OnAccepted()
    {
        Interlocked.Increment(ref _accepted);
        Interlocked.Increment(ref _open);
    }

    internal void OnClosed(CloseReason reason)
    {
        Interlocked.Increment(ref _closed[(int)reason]);
        Interlocked.Decrement(ref _open);
    }

    internal void OnCall(int frameBytes)
    {
        Interlocked.Increment(ref _calls);
        Interlocked.Add(ref _bytesInFlight, frameBytes);
    }

    internal void OnReply() => Interlocked.Increment(ref _replies);

    internal void OnFrameReleased(int frameBytes) => Interlocked.Add(ref _bytesInFlight, -frameBytes);

    internal void OnRead(int bytes) => Interlocked.Add(ref _bytesRead, bytes);

    /// <summary>Bytes a transport has written to a socket.</summary>
    public void CountWritten(int bytes) => Interlocked.Add(ref _bytesWritten, bytes);

    internal void OnPaused() => Interlocked.Increment(ref _pauses);

    internal void OnUnknownMethod() => Interlocked.Increment(ref _unknownMethods);

    internal void OnBadArguments() => Interlocked.Increment(ref _badArguments);

    internal void OnBadMessageType() => Interlocked.Increment(ref _badMessageTypes);

    internal void OnHandlerError() => Interlocked.Increment(ref _handlerErrors);

    internal void OnReadBuffer(int bytes) => Interlocked.Add(ref _readBufferBytes, bytes);
}
