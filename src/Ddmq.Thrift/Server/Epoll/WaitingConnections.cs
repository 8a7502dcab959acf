using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Ddmq.Thrift.Server.Epoll;

/// <summary>A loop's connections that go on later, in the order in which they are due. The loop's thread only.</summary>
internal sealed class WaitingConnections
{
    private readonly PriorityQueue<EpollConnection, long> _byDue = new();

    /// <summary>Adds a connection that is due after some time.</summary>
    public void Add(EpollConnection connection, TimeSpan time) =>
        _byDue.Enqueue(connection, Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency));

    /// <summary>Takes one that is due. It may have been closed meanwhile.</summary>
    public bool TryTakeDue([NotNullWhen(true)] out EpollConnection? connection)
    {
        if (_byDue.TryPeek(out connection, out long due) && due <= Stopwatch.GetTimestamp())
        {
            _byDue.Dequeue();
            return true;
        }

        connection = null;
        return false;
    }

    /// <summary>How long until one is due, in ms and not too early, but <paramref name="longest"/> at most.</summary>
    public int MsUntilDue(int longest)
    {
        if (!_byDue.TryPeek(out _, out long due))
        {
            return longest;
        }

        double milliseconds = (due - Stopwatch.GetTimestamp()) * 1000.0 / Stopwatch.Frequency;
        return (int)Math.Clamp(Math.Ceiling(milliseconds), 0, longest);
    }
}
