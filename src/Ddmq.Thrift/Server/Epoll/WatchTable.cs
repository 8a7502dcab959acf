namespace Ddmq.Thrift.Server.Epoll;

/// <summary>
/// What is called for the descriptors that a loop watches for others, each under the token that epoll gives back. A token is used once, so that
/// an event that comes after its watch has ended finds nothing. Not thread-safe.
/// </summary>
internal sealed class WatchTable
{
    private const long FirstToken = -1000;

    private readonly Dictionary<long, Func<bool>> _watches = [];
    private long _next = FirstToken;

    /// <summary>Adds one; its token is below that of anything else.</summary>
    public long Add(Func<bool> onReadable)
    {
        _watches.Add(--_next, onReadable);
        return _next;
    }

    /// <summary>What is called for this token; null when the watch has ended.</summary>
    public Func<bool>? Find(long token) => _watches.GetValueOrDefault(token);

    /// <summary>Ends a watch.</summary>
    public void Remove(long token) => _watches.Remove(token);
}
