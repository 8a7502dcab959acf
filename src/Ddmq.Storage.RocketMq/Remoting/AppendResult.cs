namespace Ddmq.Storage.RocketMq.Remoting;

/// <summary>What became of a call that was given to a connection. Only <see cref="Appended"/> makes the call the connection's.</summary>
internal enum AppendResult
{
    /// <summary>Its frame is in the outgoing buffer.</summary>
    Appended,

    /// <summary>As many calls are in flight as the limit allows.</summary>
    LimitReached,

    /// <summary>The peer takes bytes slower than they come, and the outgoing buffer is full.</summary>
    BufferFull,

    /// <summary>Not connected (yet, or any more).</summary>
    NotOpen,

    /// <summary>Its frame could not be made: what a connection throws is that to whoever goes on with other calls.</summary>
    NotWritten,

    /// <summary>Its deadline has come: whoever waits for it has been answered, so it must not be sent.</summary>
    Expired,
}
