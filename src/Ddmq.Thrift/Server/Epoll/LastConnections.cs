using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Ddmq.Thrift.Native;

namespace Ddmq.Thrift.Server.Epoll;

/// <summary>
/// A loop's connections whose clients ask for more than they may have (<see cref="ThriftCall.NoteOverLimit"/>): those that are watched, and those that
/// wait for a time or for their next turn. A round serves one of them, after all others: what is refused there is not to keep anybody waiting. The loop's
/// thread only.
/// </summary>
internal sealed class LastConnections : IDisposable
{
    private readonly PriorityQueue<EpollConnection, long> _waiting = new();
    private bool _isWaitingsTurn;

    /// <summary>Those that are watched.</summary>
    public EpollSet Watched { get; } = new();

    /// <summary>Lets a connection go on, by <see cref="EpollConnection.EndWait"/>, when some time has passed and it is its turn.</summary>
    public void Wait(EpollConnection connection, TimeSpan time) =>
        _waiting.Enqueue(connection, Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency));

    /// <summary>Takes one that has waited long enough, but not twice in a row while others have something to read. It may have been closed meanwhile.</summary>
    /// <param name="areWatchedReady">Whether there is something to read.</param>
    /// <param name="connection">The one.</param>
    public bool TryTakeWaiting(bool areWatchedReady, [NotNullWhen(true)] out EpollConnection? connection)
    {
        _isWaitingsTurn = !_isWaitingsTurn || !areWatchedReady;
        if (_isWaitingsTurn && _waiting.TryPeek(out connection, out long due) && due <= Stopwatch.GetTimestamp())
        {
            _waiting.Dequeue();
            return true;
        }

        connection = null;
        return false;
    }

    /// <summary>How long until one has waited long enough, in ms and not too early, but <paramref name="longest"/> at most.</summary>
    public int MsUntilDue(int longest)
    {
        if (!_waiting.TryPeek(out _, out long due))
        {
            return longest;
        }

        double milliseconds = (due - Stopwatch.GetTimestamp()) * 1000.0 / Stopwatch.Frequency;
        return (int)Math.Clamp(Math.Ceiling(milliseconds), 0, longest);
    }

    /// <inheritdoc/>
    public void Dispose() => Watched.Dispose();
}
