using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.ComponentModel;
using System.Net;
using System.Runtime.InteropServices;
using Ddmq.Thrift.Native;

namespace Ddmq.Thrift.Server.Epoll;

/// <summary>
/// One thread that reads, dispatches and writes for its share of the connections. A request that completes at once
/// is read, handled and answered here without meeting another thread: one <c>recv</c>, one <c>send</c>.
/// <code>
/// forever: wait for events (until a second has passed, or somebody wakes us)
///          for each readable socket: recv once ─► ThriftConnection.Receive ─► handler ─► replies ─► send
///          for each connection posted by another thread: replies ─► send
///          once a second: sweep
/// </code>
/// Other threads reach the loop through <see cref="Post"/> (a connection has replies) and <see cref="Run"/> (a task).
/// They wake it through an eventfd, and only when it sleeps. Story of a wake-up that must not be lost: the loop sets
/// <see cref="_isSleeping"/>, then looks at the posted list once more, then sleeps; the other thread pushes, then looks
/// at <see cref="_isSleeping"/>. Each does its write before its read (full fences), so at least one sees the other.
/// </summary>
internal sealed unsafe class EventLoop : IDisposable
{
    private const int MaxEvents = 256;
    private const int SweepIntervalMs = 1000;
    private const int AcceptPauseMs = 100;
    private const int AcceptBatch = 64;
    private const int InputBytes = 256 * 1024;
    private const int OutputBytes = 64 * 1024;
    private const ulong WakeToken = ulong.MaxValue;
    private const ulong ListenToken = ulong.MaxValue - 1;

    private readonly ThriftDispatcher _dispatcher;
    private readonly Thread _thread;
    private readonly int _epoll;
    private readonly int _wake;
    private readonly byte[] _events = GC.AllocateArray<byte>(MaxEvents * 16, pinned: true);
    private readonly byte[] _input = GC.AllocateArray<byte>(InputBytes, pinned: true);
    private readonly byte[] _output = GC.AllocateArray<byte>(OutputBytes, pinned: true);
    private readonly ConcurrentQueue<Action> _tasks = new();
    private readonly Stack<int> _freeIndexes = new();
    private EpollConnection?[] _connections = new EpollConnection?[64];
    private uint[] _generations = new uint[64];
    private int _connectionCount;
    private EpollConnection? _posted;
    private int _isSleeping;
    private int _threadId;
    private EpollConnection? _receiving;
    private bool _isStopping;
    private int _listener = -1;
    private Action<int, IPEndPoint?>? _accepted;
    private long _acceptPausedUntilMs;
    private bool _isAcceptPaused;

    public EventLoop(ThriftDispatcher dispatcher, int number)
    {
        _dispatcher = dispatcher;
        _epoll = Check(Libc.EpollCreate(Libc.CloseOnExec), "epoll_create1");
        _wake = Check(Libc.EventFd(0, Libc.NonBlock | Libc.CloseOnExec), "eventfd");
        Control(Libc.EpollCtlAdd, _wake, Libc.EpollIn, WakeToken);
        _thread = new Thread(RunLoop) { IsBackground = true, Name = $"thrift-loop-{number}" };
    }

    /// <summary>Connections in this loop; a rough figure for other threads.</summary>
    public int ConnectionCount => Volatile.Read(ref _connectionCount);

    /// <summary>Told of an exception that ended one connection although it should not have. Must not throw.</summary>
    public Action<Exception>? Failed { get; init; }

    public void Start() => _thread.Start();

    /// <summary>Accepts from a listening, non-blocking socket; <paramref name="accepted"/> gets each connection's descriptor on the loop's thread.</summary>
    public void Listen(int descriptor, Action<int, IPEndPoint?> accepted) => Run(() =>
    {
        _listener = descriptor;
        _accepted = accepted;
        Control(Libc.EpollCtlAdd, descriptor, Libc.EpollIn, ListenToken);
    });

    /// <summary>Takes no more connections.</summary>
    public void StopListening() => Run(() =>
    {
        if (_listener >= 0)
        {
            Control(Libc.EpollCtlDel, _listener, 0, ListenToken);
            _listener = -1;
        }
    });

    /// <summary>Runs a task on the loop's thread. Any thread.</summary>
    public void Run(Action task)
    {
        _tasks.Enqueue(task);
        Interlocked.MemoryBarrier();
        WakeIfSleeping();
    }

    /// <summary>Says that a connection has replies to write. Any thread.</summary>
    public void Post(EpollConnection connection)
    {
        // What completes while its own frame is being dispatched is written right after by the loop.
        if (ReferenceEquals(_receiving, connection) && Environment.CurrentManagedThreadId == _threadId)
        {
            return;
        }

        if (!connection.TryMarkPosted())
        {
            return;
        }

        EpollConnection? head;
        do
        {
            head = Volatile.Read(ref _posted);
            connection.NextPosted = head;
        }
        while (Interlocked.CompareExchange(ref _posted, connection, head) != head);

        WakeIfSleeping();
    }

    /// <summary>Adds an accepted socket, which belongs to the loop from now on. The loop's thread only.</summary>
    public void Add(int descriptor, IPEndPoint? remote)
    {
        int one = 1;
        _ = Libc.SetSocketOption(descriptor, Libc.SolTcp, Libc.TcpNoDelay, &one, sizeof(int));
        var connection = new EpollConnection(this, descriptor, remote, _dispatcher);
        if (!_freeIndexes.TryPop(out int index))
        {
            index = _connectionCount;
            if (index == _connections.Length)
            {
                Array.Resize(ref _connections, index * 2);
                Array.Resize(ref _generations, index * 2);
            }
        }

        connection.Index = index;
        _connections[index] = connection;
        _connectionCount++;
        connection.Interest = Libc.EpollIn;
        Control(Libc.EpollCtlAdd, descriptor, connection.Interest, Token(connection));
        if (_dispatcher.Statistics.Open > _dispatcher.Options.MaxConnections)
        {
            Close(connection, CloseReason.TooManyConnections);
        }
    }

    /// <summary>Closes every connection once its replies are written, then ends the thread. Any thread.</summary>
    public void Stop() => Run(() =>
    {
        _isStopping = true;
        foreach (EpollConnection? connection in _connections)
        {
            if (connection is not null)
            {
                connection.Thrift.Finish(CloseReason.ServerStopping);
                Flush(connection);
            }
        }
    });

    /// <summary>Closes every connection now. Any thread.</summary>
    public void Abort() => Run(() =>
    {
        _isStopping = true;
        foreach (EpollConnection? connection in _connections)
        {
            if (connection is not null)
            {
                Close(connection, CloseReason.ServerStopping);
            }
        }
    });

    /// <summary>Waits for the thread to have ended.</summary>
    /// <returns>False when it has not within <paramref name="timeout"/>.</returns>
    public bool Join(TimeSpan timeout) => _thread.Join(timeout);

    public void Dispose()
    {
        _ = Libc.Close(_wake);
        _ = Libc.Close(_epoll);
    }

    private void RunLoop()
    {
        _threadId = Environment.CurrentManagedThreadId;
        fixed (byte* events = _events)
        {
            long nextSweep = Environment.TickCount64 + SweepIntervalMs;
            while (!(_isStopping && _connectionCount == 0 && _tasks.IsEmpty))
            {
                Volatile.Write(ref _isSleeping, 1);
                Interlocked.MemoryBarrier();
                bool hasWork = Volatile.Read(ref _posted) is not null || !_tasks.IsEmpty;
                int timeout = hasWork ? 0 : (int)Math.Clamp(nextSweep - Environment.TickCount64, 0, SweepIntervalMs);
                if (_isAcceptPaused)
                {
                    timeout = Math.Min(timeout, AcceptPauseMs);
                }

                int count = Libc.EpollWait(_epoll, events, MaxEvents, timeout);
                Volatile.Write(ref _isSleeping, 0);
                for (int i = 0; i < count; i++)
                {
                    byte* current = events + (i * Libc.EpollEventSize);
                    OnEvent(*(int*)current, *(ulong*)(current + Libc.EpollDataOffset));
                }

                while (_tasks.TryDequeue(out Action? task))
                {
                    Guard(task);
                }

                FlushPosted();
                if (Environment.TickCount64 is long now && now >= nextSweep)
                {
                    Sweep(now);
                    nextSweep = now + SweepIntervalMs;
                }
            }
        }
    }

    private void OnEvent(int events, ulong token)
    {
        switch (token)
        {
            case WakeToken:
                ulong drained;
                _ = Libc.Read(_wake, (byte*)&drained, sizeof(ulong));
                return;
            case ListenToken:
                Guard(Accept);
                return;
        }

        int index = (int)(uint)token;
        if (_connections[index] is not { } connection || Token(connection) != token)
        {
            return; // closed earlier in this round
        }

        try
        {
            if ((events & (Libc.EpollErr | Libc.EpollHup)) != 0 && (connection.Interest & Libc.EpollIn) == 0)
            {
                // Both directions are gone while nothing was to be read: no reply can be delivered any more.
                Close(connection, CloseReason.ConnectionError);
                return;
            }

            if ((events & Libc.EpollOut) != 0)
            {
                Flush(connection);
            }

            if (connection.Descriptor >= 0 && (events & ~Libc.EpollOut) != 0)
            {
                Receive(connection);
            }
        }
        catch (Exception exception)
        {
            Fail(connection, exception);
        }
    }

    private void Receive(EpollConnection connection)
    {
        int wanted = Math.Min(connection.Thrift.WantedBytes, InputBytes);
        if (wanted == 0)
        {
            Flush(connection); // which stops watching for input
            return;
        }

        nint read;
        fixed (byte* input = _input)
        {
            read = Libc.Receive(connection.Descriptor, input, wanted, 0);
        }

        if (read > 0)
        {
            _receiving = connection;
            connection.Thrift.Receive(_input.AsSpan(0, (int)read));
            _receiving = null;
        }
        else if (read == 0)
        {
            connection.Thrift.EndOfInput();
        }
        else if (read < 0 && Marshal.GetLastPInvokeError() is not (Libc.EAgain or Libc.EIntr))
        {
            Close(connection, CloseReason.ConnectionError);
            return;
        }

        Flush(connection);
    }

    /// <summary>Writes what is ready, goes on with frames that had to wait, and sets what to watch for.</summary>
    private void Flush(EpollConnection connection)
    {
        while (true)
        {
            if (!WriteReplies(connection))
            {
                return;
            }

            if (connection.IsBlocked || !connection.Thrift.CanResume)
            {
                break;
            }

            _receiving = connection;
            connection.Thrift.Resume();
            _receiving = null;
        }

        if (connection.Thrift.IsFinished && !connection.IsBlocked)
        {
            Close(connection, connection.Thrift.FinishReason);
            return;
        }

        // A client that does not read its replies is not read either: its memory here is bounded.
        bool read = !connection.IsBlocked && connection.Thrift.WantedBytes > 0;
        int interest = (read ? Libc.EpollIn : 0) | (connection.IsBlocked ? Libc.EpollOut : 0);
        if (interest != connection.Interest)
        {
            connection.Interest = interest;
            Control(Libc.EpollCtlMod, connection.Descriptor, interest, Token(connection));
        }
    }

    /// <returns>False when the connection was closed.</returns>
    private bool WriteReplies(EpollConnection connection)
    {
        if (connection.IsBlocked)
        {
            int sent = Send(connection, connection.Output.AsSpan(connection.OutputStart..connection.OutputEnd));
            if (sent < 0)
            {
                return false;
            }

            connection.OutputStart += sent;
            if (sent > 0)
            {
                connection.BlockedSinceMs = Environment.TickCount64;
            }

            if (connection.IsBlocked)
            {
                return true;
            }

            ArrayPool<byte>.Shared.Return(connection.Output);
            connection.Output = [];
            connection.OutputStart = 0;
            connection.OutputEnd = 0;
        }

        int ready;
        while ((ready = connection.Thrift.TakeReplies(_output)) > 0)
        {
            int sent = Send(connection, _output.AsSpan(0, ready));
            if (sent < 0)
            {
                return false;
            }

            if (sent < ready)
            {
                connection.Output = ArrayPool<byte>.Shared.Rent(ready - sent);
                _output.AsSpan(sent, ready - sent).CopyTo(connection.Output);
                connection.OutputStart = 0;
                connection.OutputEnd = ready - sent;
                connection.BlockedSinceMs = Environment.TickCount64;
                return true;
            }
        }

        return true;
    }

    /// <returns>Bytes sent, 0 when the socket takes none now, -1 when the connection was closed.</returns>
    private int Send(EpollConnection connection, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            nint sent = Libc.Send(connection.Descriptor, start, bytes.Length, Libc.MsgNoSignal);
            if (sent >= 0)
            {
                _dispatcher.Statistics.CountWritten((int)sent);
                return (int)sent;
            }
        }

        if (Marshal.GetLastPInvokeError() is Libc.EAgain or Libc.EIntr)
        {
            return 0;
        }

        Close(connection, CloseReason.ConnectionError);
        return -1;
    }

    private void FlushPosted()
    {
        EpollConnection? connection = Interlocked.Exchange(ref _posted, null);
        while (connection is not null)
        {
            EpollConnection? next = connection.NextPosted;
            connection.NextPosted = null;
            connection.ClearPosted();
            try
            {
                if (connection.Descriptor >= 0)
                {
                    Flush(connection);
                }
            }
            catch (Exception exception)
            {
                Fail(connection, exception);
            }

            connection = next;
        }
    }

    private void Accept()
    {
        for (int i = 0; i < AcceptBatch; i++)
        {
            byte* address = stackalloc byte[28];
            int length = 28;
            int descriptor = Libc.Accept(_listener, address, &length, Libc.NonBlock | Libc.CloseOnExec);
            if (descriptor >= 0)
            {
                _accepted!(descriptor, ToEndPoint(new ReadOnlySpan<byte>(address, length)));
                continue;
            }

            if (Marshal.GetLastPInvokeError() is Libc.EMFile or Libc.ENFile or Libc.ENoBufs or Libc.ENoMem)
            {
                // No descriptors or memory: those who wait in the listen queue wait a little longer.
                _isAcceptPaused = true;
                _acceptPausedUntilMs = Environment.TickCount64 + AcceptPauseMs;
                Control(Libc.EpollCtlMod, _listener, 0, ListenToken);
            }

            return;
        }
    }

    private void Sweep(long now)
    {
        if (_isAcceptPaused && now >= _acceptPausedUntilMs && _listener >= 0)
        {
            _isAcceptPaused = false;
            Control(Libc.EpollCtlMod, _listener, Libc.EpollIn, ListenToken);
        }

        long timeoutMs = (long)_dispatcher.Options.FrameTimeout.TotalMilliseconds;
        foreach (EpollConnection? connection in _connections)
        {
            if (connection is null)
            {
                continue;
            }

            connection.Thrift.Sweep(now);
            if (connection.IsBlocked && now - connection.BlockedSinceMs > timeoutMs)
            {
                Close(connection, CloseReason.ReplyTimeout);
                continue;
            }

            Flush(connection);
        }
    }

    private void Close(EpollConnection connection, CloseReason reason)
    {
        if (connection.Descriptor < 0)
        {
            return;
        }

        if (reason > CloseReason.ConnectionError)
        {
            DiscardInput(connection.Descriptor);
        }

        _ = Libc.Close(connection.Descriptor); // epoll forgets it with its last descriptor
        connection.Descriptor = -1;
        if (connection.Output.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(connection.Output);
            connection.Output = [];
            connection.OutputStart = connection.OutputEnd = 0;
        }

        _connections[connection.Index] = null;
        _generations[connection.Index]++;
        _freeIndexes.Push(connection.Index);
        _connectionCount--;
        connection.Thrift.Closed(reason);
    }

    /// <summary>
    /// Closing a socket with unread input resets the connection, and a reset can overtake replies that the client has
    /// not read yet. So what is there is read first, within reason.
    /// </summary>
    private void DiscardInput(int descriptor)
    {
        _ = Libc.Shutdown(descriptor, Libc.ShutdownWrite);
        fixed (byte* input = _input)
        {
            for (int i = 0; i < 4 && Libc.Receive(descriptor, input, InputBytes, 0) > 0; i++)
            {
            }
        }
    }

    /// <summary>A bug in one connection's path ends that connection, not the others'.</summary>
    private void Fail(EpollConnection connection, Exception exception)
    {
        _receiving = null;
        Failed?.Invoke(exception);
        Close(connection, CloseReason.ConnectionError);
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

    private ulong Token(EpollConnection connection) => ((ulong)(_generations[connection.Index] & 0x7FFFFFFF) << 32) | (uint)connection.Index;

    private void WakeIfSleeping()
    {
        if (Interlocked.Exchange(ref _isSleeping, 0) == 1)
        {
            ulong one = 1;
            _ = Libc.Write(_wake, (byte*)&one, sizeof(ulong));
        }
    }

    private void Control(int operation, int descriptor, int interest, ulong token)
    {
        byte* epollEvent = stackalloc byte[16];
        *(int*)epollEvent = interest;
        *(ulong*)(epollEvent + Libc.EpollDataOffset) = token;
        _ = Check(Libc.EpollCtl(_epoll, operation, descriptor, epollEvent), "epoll_ctl");
    }

    private static int Check(int result, string call) =>
        result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{call} failed");

    private static IPEndPoint? ToEndPoint(ReadOnlySpan<byte> address)
    {
        const int Inet = 2;
        const int Inet6 = 10;
        if (address.Length < 16)
        {
            return null;
        }

        int port = BinaryPrimitives.ReadUInt16BigEndian(address[2..]);
        return BitConverter.ToUInt16(address) switch
        {
            Inet => new IPEndPoint(new IPAddress(address.Slice(4, 4)), port),
            Inet6 when address.Length >= 28 => new IPEndPoint(new IPAddress(address.Slice(8, 16)), port),
            _ => null,
        };
    }
}
