namespace Ddmq.Thrift.Server.Epoll;

/// <summary>
/// The threads of event loops (Linux). Servers deal their connections out to them; others may have descriptors of their own watched. They end
/// when this is disposed of, after whoever uses them. Thread-safe.
/// </summary>
public sealed class EventLoops : IAsyncDisposable
{
    private readonly EventLoop[] _loops;
    private uint _next;

    private EventLoops(EventLoop[] loops)
    {
        _loops = loops;
    }

    internal ReadOnlySpan<EventLoop> All => _loops;

    /// <summary>Starts the threads.</summary>
    /// <param name="count">How many, from 1.</param>
    /// <param name="failed">Told of bugs that ended a connection or a watch; must not throw.</param>
    /// <param name="roundBegins">
    /// Called by each loop before it handles what all that is ready has sent: whoever handles it may put work off until
    /// <paramref name="roundEnds"/> and do it for all at once. Must not block or throw.
    /// </param>
    /// <param name="roundEnds">
    /// Called when all is handled, and told whether that was nothing, or that enough has come since it last was. True asks for another round
    /// at once, so that what is put off can wait for what else is ready. What it throws is told to <paramref name="failed"/>.
    /// </param>
    public static EventLoops Start(int count, Action<Exception>? failed = null, Action? roundBegins = null, Func<bool, bool>? roundEnds = null)
    {
        var loops = new EventLoop[count];
        for (int i = 0; i < count; i++)
        {
            loops[i] = new EventLoop(i) { Failed = failed, RoundBegins = roundBegins, RoundEnds = roundEnds };
            loops[i].Start();
        }

        return new EventLoops(loops);
    }

    /// <summary>Watches a descriptor for something to read.</summary>
    /// <param name="descriptor">It is closed in <paramref name="onReadable"/>, or after that has returned false.</param>
    /// <param name="onReadable">
    /// Called on a loop's thread, always the same, for as long as there is something to read; must not wait for anything. False ends the watch.
    /// </param>
    /// <returns>False when the loops have ended, or the system refuses.</returns>
    public bool TryWatch(int descriptor, Func<bool> onReadable) =>
        _loops[Interlocked.Increment(ref _next) % (uint)_loops.Length].TryWatch(descriptor, onReadable);

    /// <summary>Ends the threads. What is watched still is so no more.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (EventLoop loop in _loops)
        {
            loop.End();
        }

        foreach (EventLoop loop in _loops)
        {
            await Task.Run(loop.Join).ConfigureAwait(false);
            loop.Dispose();
        }
    }
}
