using System.Collections.Concurrent;
using System.ComponentModel;
using Ddmq.Thrift.Native;

namespace Ddmq.Thrift.Server.Epoll;

/// <summary>
/// The descriptors that a loop watches for others, each under the token that epoll gives back. A token is used once, so that
/// an event that comes after its watch has ended finds nothing. Thread-safe.
/// </summary>
/// <param name="epoll">The loop's set.</param>
internal sealed class WatchTable(EpollSet epoll)
{
    // Below the loop's own tokens.
    private const long FirstToken = -1000;

    private readonly ConcurrentDictionary<long, Watch> _watches = new();
    private long _last = FirstToken;

    /// <summary>Begins to watch. Any thread.</summary>
    /// <exception cref="Win32Exception">The system refuses.</exception>
    /// <exception cref="ObjectDisposedException">The loop has ended.</exception>
    public void Add(int descriptor, Func<bool> onReadable)
    {
        long token = Interlocked.Decrement(ref _last);
        _watches[token] = new Watch(descriptor, onReadable);
        try
        {
            epoll.Add(descriptor, Libc.EpollIn, token);
        }
        catch
        {
            _watches.TryRemove(token, out _);
            throw;
        }
    }

    /// <summary>Something can be read. The loop's thread; what the callback throws ends its watch, and is thrown on.</summary>
    public void OnReadable(long token)
    {
        if (!_watches.TryGetValue(token, out Watch watch))
        {
            return;
        }

        bool goesOn = false;
        try
        {
            goesOn = watch.OnReadable();
        }
        catch
        {
            // Nobody has closed it, perhaps: it would be readable for ever.
            epoll.Forget(watch.Descriptor);
            throw;
        }
        finally
        {
            if (!goesOn)
            {
                _watches.TryRemove(token, out _);
            }
        }
    }

    private readonly record struct Watch(int Descriptor, Func<bool> OnReadable);
}
