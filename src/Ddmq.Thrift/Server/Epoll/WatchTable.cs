using System.Collections.Concurrent;

namespace Ddmq.Thrift.Server.Epoll;

/// <summary>
/// What is called for the descriptors that a loop watches for others, each under the token that epoll gives back. A token is used once, so that
/// an event that comes after its watch has ended finds nothing. Thread-safe.
/// </summary>
internal sealed class WatchTable
{
    private const long FirstToken = -1000;

    private readonly ConcurrentDictionary<long, Watch> _watches = new();
    private long _last = FirstToken;

    /// <summary>Adds one; its token is below that of anything else.</summary>
    public long Add(int descriptor, Func<bool> onReadable)
    {
        long token = Interlocked.Decrement(ref _last);
        _watches[token] = new Watch(descriptor, onReadable);
        return token;
    }

    /// <summary>The watch under this token; false when it has ended.</summary>
    public bool TryFind(long token, out Watch watch) => _watches.TryGetValue(token, out watch);

    /// <summary>Ends a watch.</summary>
    public void Remove(long token) => _watches.TryRemove(token, out _);

    /// <summary>What is watched, and what is called.</summary>
    public readonly record struct Watch(int Descriptor, Func<bool> OnReadable);
}
