using System.ComponentModel;
using System.Net;
using Ddmq.Thrift.Native;

namespace Ddmq.Thrift.Server.Epoll;

/// <summary>
/// One thread that reads, dispatches and writes for its share of the connections. A request that completes at once
/// is read, handled and answered here without meeting another thread.
/// <code>
/// forever: wait for events (until a second has passed, or somebody wakes us)
///          for each socket with an event: EpollConnection.OnEvent ─► ThriftConnection ─► handler ─► replies
///          tell the handler that the round is over: what it put off is done now, or after another round if there is more to read
///          for each connection posted by another thread: EpollConnection.Flush ─► replies, and calls it had not come to: a round, too
///          for one of the sockets whose clients ask for more than they may have: the same
///          once a second: sweep
/// </code>
/// Other threads reach the loop through <see cref="Post"/> (a connection has replies) and <see cref="Run"/> (a task): <see cref="LoopInbox"/>.
/// </summary>
internal sealed class EventLoop : IDisposable
{
    private const int SweepIntervalMs = 1000;
    private const int InputBytes = 256 * 1024;
    private const int OutputBytes = 64 * 1024;
    private const long WakeToken = -1;
    private const long ListenToken = -2;
    private const long LastToken = -3; // WatchTable's lie below

    // How many sockets a message that is put off for what else is ready may wait for: some 0.7 ms.
    private const int MostGathered = 128;

    // What a message may find before it that came too late for the round: one call's work, some 6 us.
    private const int LastPerRound = 1;

    private readonly Thread _thread;
    private readonly LoopInbox _inbox = new();
    private readonly ConnectionTable _connections = new();
    private readonly WatchTable _watches;
    private readonly List<(ThriftDispatcher Dispatcher, TaskCompletionSource Closed)> _finishing = [];
    private Acceptor? _acceptor;
    private int _threadId;
    private volatile bool _isEnding;
    private bool _areLastReady;
    private bool _isGathering;
    private int _gathered;

    public EventLoop(int number)
    {
        _watches = new WatchTable(Epoll);
        Epoll.Add(_inbox.Descriptor, Libc.EpollIn, WakeToken);
        Epoll.Add(Last.Watched.Descriptor, Libc.EpollIn, LastToken);
        _thread = new Thread(RunLoop) { IsBackground = true, Name = $"thrift-loop-{number}" };
    }

    /// <summary>Told of an exception that ended at most one connection, although it should not have. Must not throw.</summary>
    public Action<Exception>? Failed { get; init; }

    /// <summary>Called before the loop serves what is ready.</summary>
    public Action? RoundBegins { get; init; }

    /// <summary>Called when it has; see <see cref="EventLoops.Start"/>.</summary>
    public Func<bool, bool>? RoundEnds { get; init; }

    /// <summary>What the loop watches. The loop's thread only, as the two buffers.</summary>
    public EpollSet Epoll { get; } = new();

    /// <summary>The connections that come last. The loop's thread only.</summary>
    public LastConnections Last { get; } = new();

    /// <summary>Where every connection's bytes are received: idle ones need no memory of their own.</summary>
    public byte[] Input { get; } = GC.AllocateArray<byte>(InputBytes, pinned: true);

    /// <summary>Where replies are gathered for a send.</summary>
    public byte[] Output { get; } = GC.AllocateArray<byte>(OutputBytes, pinned: true);

    /// <summary>Whether the caller runs on the loop's thread.</summary>
    public bool IsCurrentThread => Environment.CurrentManagedThreadId == _threadId;

    public void Start() => _thread.Start();

    /// <summary>Accepts from a listening, non-blocking socket; <paramref name="accepted"/> gets each connection's descriptor on the loop's thread.</summary>
    public void Listen(int listener, Action<int, IPEndPoint?> accepted) =>
        Run(() => _acceptor = new Acceptor(Epoll, listener, ListenToken, accepted));

    /// <summary>Takes no more connections.</summary>
    public void StopListening() => Run(() =>
    {
        _acceptor?.Stop();
        _acceptor = null;
    });

    /// <summary>Runs a task on the loop's thread. Any thread.</summary>
    public void Run(Action task) => _inbox.Run(task);

    /// <summary>Says that a connection has replies to write. Any thread.</summary>
    public void Post(EpollConnection connection) => _inbox.Post(connection);

    /// <summary>Adds an accepted socket, which belongs to the loop from now on. The loop's thread only.</summary>
    public EpollConnection Add(int descriptor, IPEndPoint? remote, ThriftDispatcher dispatcher)
    {
        var connection = new EpollConnection(this, descriptor, remote, dispatcher);
        _connections.Add(connection);
        connection.Open();
        return connection;
    }

    /// <summary>Forgets a connection that has closed itself.</summary>
    public void Remove(EpollConnection connection)
    {
        _connections.Remove(connection);
        if (_finishing.Count > 0)
        {
            EndFinished();
        }
    }

    /// <summary>See <see cref="EventLoops.TryWatch"/>. Any thread.</summary>
    public bool TryWatch(int descriptor, Func<bool> onReadable)
    {
        if (_isEnding)
        {
            return false;
        }

        try
        {
            _watches.Add(descriptor, onReadable);
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false; // ended just now
        }
        catch (Win32Exception exception)
        {
            Failed?.Invoke(exception);
            return false;
        }
    }

    /// <summary>Closes every connection of a server once its replies are written. Any thread.</summary>
    /// <returns>Completes when they are closed.</returns>
    public Task FinishAsync(ThriftDispatcher dispatcher)
    {
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Run(() =>
        {
            _connections.ForEachOf(dispatcher, connection => connection.Finish(CloseReason.ServerStopping));
            _finishing.Add((dispatcher, closed));
            EndFinished();
        });
        return closed.Task;
    }

    /// <summary>Closes every connection of a server now. Any thread.</summary>
    public void Abort(ThriftDispatcher dispatcher) =>
        Run(() => _connections.ForEachOf(dispatcher, connection => connection.Close(CloseReason.ServerStopping)));

    /// <summary>Ends the thread once its connections are closed. Any thread.</summary>
    public void End() => Run(() => _isEnding = true);

    /// <summary>Waits for the thread to have ended.</summary>
    public void Join() => _thread.Join();

    public void Dispose()
    {
        _inbox.Dispose();
        Last.Dispose();
        Epoll.Dispose();
    }

    private void RunLoop()
    {
        _threadId = Environment.CurrentManagedThreadId;
        long nextSweep = Environment.TickCount64 + SweepIntervalMs;
        while (!(_isEnding && _connections.Count == 0 && !_inbox.HasTasks && !_isGathering))
        {
            int count = Epoll.Wait(_isGathering ? 0 : TimeToSleep(nextSweep));
            _inbox.Awake();
            _areLastReady = false;
            Serve(Epoll, count);
            int served = _areLastReady ? count - 1 : count; // what is served last is not waited for
            _gathered = _isGathering ? _gathered + served : served;
            EndRound(isQuiet: served == 0 || _gathered >= MostGathered);
            while (_inbox.TryTakeTask(out Action? task))
            {
                Guard(task);
            }

            FlushPosted();
            ServeLast();
            if (Environment.TickCount64 is long now && now >= nextSweep)
            {
                Sweep(now);
                nextSweep = now + SweepIntervalMs;
            }
        }
    }

    private void Serve(EpollSet set, int count)
    {
        RoundBegins?.Invoke();
        for (int i = 0; i < count; i++)
        {
            (int events, long token) = set.Event(i);
            OnEvent(events, token);
        }
    }

    /// <summary>One connection of those that come last: in turns one that has waited long enough and one that has something to read.</summary>
    private void ServeLast()
    {
        if (Last.TryTakeWaiting(_areLastReady, out EpollConnection? connection))
        {
            GoOn(connection);
        }
        else if (_areLastReady)
        {
            Serve(Last.Watched, Last.Watched.Wait(0, LastPerRound));
            EndRound(isQuiet: false);
        }
    }

    private void GoOn(EpollConnection connection)
    {
        RoundBegins?.Invoke();
        try
        {
            connection.EndWait();
        }
        catch (Exception exception)
        {
            Fail(connection, exception);
        }

        EndRound(isQuiet: false);
    }

    private void EndRound(bool isQuiet)
    {
        try
        {
            _isGathering = RoundEnds?.Invoke(isQuiet) == true;
        }
        catch (Exception exception)
        {
            // A bug behind one of the calls: the loop is everybody's.
            Failed?.Invoke(exception);

            // Whether anybody waits for a quiet round has not been said.
            _isGathering = !isQuiet;
        }
    }

    private int TimeToSleep(long nextSweep)
    {
        if (!_inbox.MaySleep())
        {
            return 0;
        }

        int longest = _acceptor is { IsPaused: true } ? Acceptor.PauseMs : SweepIntervalMs;
        return Last.MsUntilDue((int)Math.Clamp(nextSweep - Environment.TickCount64, 0, longest));
    }

    private void OnEvent(int events, long token)
    {
        switch (token)
        {
            case WakeToken:
                _inbox.Drain();
                return;
            case ListenToken:
                if (_acceptor is { } acceptor)
                {
                    Guard(acceptor.Accept);
                }

                return;
            case LastToken:
                _areLastReady = true;
                return;
        }

        if (token < 0)
        {
            try
            {
                _watches.OnReadable(token);
            }
            catch (Exception exception)
            {
                Failed?.Invoke(exception);
            }

            return;
        }

        if (_connections.Find(token) is not { } connection)
        {
            return; // closed earlier in this round
        }

        try
        {
            connection.OnEvent(events);
        }
        catch (Exception exception)
        {
            Fail(connection, exception);
        }
    }

    private void FlushPosted()
    {
        if (_inbox.TakePosted() is not { } posted)
        {
            return;
        }

        // Among them may be connections whose calls had to wait for others: what those bring belongs together, too.
        RoundBegins?.Invoke();
        EpollConnection? connection = posted;
        while (connection is not null)
        {
            EpollConnection? next = connection.NextPosted;
            connection.NextPosted = null;
            connection.ClearPosted();
            try
            {
                connection.Flush();
            }
            catch (Exception exception)
            {
                Fail(connection, exception);
            }

            connection = next;
        }

        EndRound(isQuiet: false);
    }

    private void Sweep(long nowMs)
    {
        _acceptor?.ResumeWhenDue(nowMs);
        foreach (EpollConnection? connection in _connections.Places)
        {
            try
            {
                connection?.Sweep(nowMs);
            }
            catch (Exception exception)
            {
                Fail(connection!, exception);
            }
        }
    }

    private void EndFinished()
    {
        for (int i = _finishing.Count - 1; i >= 0; i--)
        {
            if (!_connections.HasOf(_finishing[i].Dispatcher))
            {
                _finishing[i].Closed.SetResult();
                _finishing.RemoveAt(i);
            }
        }
    }

    /// <summary>A bug in one connection's path ends that connection, not the others'.</summary>
    private void Fail(EpollConnection connection, Exception exception)
    {
        Failed?.Invoke(exception);
        connection.Close(CloseReason.ConnectionError);
    }

    private void Guard(Action task)
    {
        try
        {
            task();
        }
        catch (Exception exception)
        {
            Failed?.Invoke(exception);
        }
    }
}
