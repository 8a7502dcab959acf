namespace Ddmq.Storage.RocketMq.Remoting;

/// <summary>
/// One request from the moment somebody owns it until it is settled. It is in one place at a time (a queue, or a connection's table), and
/// who takes it out of that place settles it: by <see cref="Reply"/> or by <see cref="Fail"/>, once, holding no lock.
/// </summary>
internal abstract class PendingCall
{
    /// <summary>The next one in the <see cref="CallQueue"/> that holds it.</summary>
    public PendingCall? Next { get; set; }

    /// <summary>Its number on its connection. The connection's own.</summary>
    public int Opaque { get; set; }

    /// <summary>Where its frame ends in the connection's stream of bytes. The connection's own.</summary>
    public long EndPosition { get; set; }

    /// <summary>When its frame was put into the outgoing buffer, in ticks of the store's clock. The connection's own.</summary>
    public long SentTimestamp { get; set; }

    /// <summary>When it is to be given up if it has not been sent, in ticks of the store's clock.</summary>
    public long Deadline { get; protected set; } = long.MaxValue;

    /// <summary>
    /// Who would not come to it in time, going by this, may refuse it instead of letting it wait; <see cref="long.MaxValue"/> when it waits
    /// until <see cref="Deadline"/> come what may.
    /// </summary>
    public long RefusalDeadline { get; set; } = long.MaxValue;

    /// <summary>Whether others that belong to it have been taken already: it waits also where too many wait.</summary>
    public virtual bool BelongsToTaken => false;

    /// <summary>How often it was sent again because the peer was busy.</summary>
    public int Resends { get; set; }

    /// <summary>Whether it takes a place under the broker's limit of calls in flight.</summary>
    public virtual bool IsLimited => true;

    /// <summary>The frame's size is at most that, in bytes, a signature not counted.</summary>
    public abstract int MaxFrameSize { get; }

    /// <summary>Writes the frame. Under the connection's lock: short, no callbacks.</summary>
    public abstract void Write(ref RequestWriter writer, int opaque);

    /// <summary>The peer has answered. On the connection's reading thread.</summary>
    public abstract void Reply(in ResponseFrame response);

    /// <summary>There will be no reply. Any thread.</summary>
    public abstract void Fail(CallFailure failure, string? detail);
}
