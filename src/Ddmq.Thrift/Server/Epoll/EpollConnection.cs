using System.Net;
using System.Runtime.InteropServices;
using Ddmq.Thrift.Native;

namespace Ddmq.Thrift.Server.Epoll;

/// <summary>
/// A connection's socket in its event loop: one <c>recv</c> when there is something to read, one <c>send</c> for all
/// replies that are ready. All but <see cref="RequestFlush"/> belongs to the loop's thread.
/// </summary>
internal sealed unsafe class EpollConnection : IConnectionTransport
{
    // A client that pipelines a thousand calls would keep all others waiting for a millisecond and more; this is some 100 us.
    private const int CallsPerTurn = 128;

    // While others are about, of one that comes last: some 10 us.
    private const int LastCallsPerTurn = 16;

    private readonly EventLoop _loop;
    private readonly IPEndPoint? _remote;
    private readonly ThriftDispatcher _dispatcher;
    private readonly ThriftConnection _thrift;
    private int _descriptor;
    private int _interest;
    private EpollSet _set;
    private bool _isReceiving;
    private bool _isWaiting;
    private bool _hadTurnSinceWait;
    private int _isPosted;

    // Replies that the socket did not take yet.
    private UnsentBytes _unsent;

    /// <param name="loop">Its loop, for life.</param>
    /// <param name="descriptor">A connected, non-blocking socket, which belongs to this from now on.</param>
    /// <param name="remote">The client's address, if known.</param>
    /// <param name="dispatcher">Takes the calls.</param>
    public EpollConnection(EventLoop loop, int descriptor, IPEndPoint? remote, ThriftDispatcher dispatcher)
    {
        _loop = loop;
        _remote = remote;
        _dispatcher = dispatcher;
        _descriptor = descriptor;
        _set = loop.Epoll;
        _thrift = new ThriftConnection(dispatcher, this);
    }

    /// <summary>Under which the loop's table and its epoll know it.</summary>
    public long Token { get; set; }

    /// <summary>Neighbour in the loop's list of posted connections.</summary>
    public EpollConnection? NextPosted { get; set; }

    /// <summary>Its server's.</summary>
    public ThriftDispatcher Dispatcher => _dispatcher;

    public string RemoteAddress => _remote?.ToString() ?? "unknown";

    private bool IsLast => _set == _loop.Last.Watched;

    private bool IsBlocked => !_unsent.IsEmpty;

    public void RequestFlush()
    {
        // What completes while its own frame is being dispatched is written right after.
        if (!(_isReceiving && _loop.IsCurrentThread))
        {
            _loop.Post(this);
        }
    }

    /// <summary>Marks it as posted; false when it is already. Any thread.</summary>
    public bool TryMarkPosted() => Interlocked.Exchange(ref _isPosted, 1) == 0;

    /// <summary>Takes the mark away before its replies are looked at, so that none is missed.</summary>
    public void ClearPosted() => Volatile.Write(ref _isPosted, 0);

    /// <summary>Begins to be served, or is closed at once when there are too many.</summary>
    public void Open()
    {
        int one = 1;
        _ = Libc.SetSocketOption(_descriptor, Libc.SolTcp, Libc.TcpNoDelay, &one, sizeof(int));
        _interest = Libc.EpollIn;
        _set.Add(_descriptor, _interest, Token);
        if (_dispatcher.Statistics.Open > _dispatcher.Options.MaxConnections)
        {
            Close(CloseReason.TooManyConnections);
        }
    }

    /// <summary>Something happened to the socket.</summary>
    public void OnEvent(int events)
    {
        if ((events & (Libc.EpollErr | Libc.EpollHup)) != 0 && (_interest & Libc.EpollIn) == 0)
        {
            // Both directions are gone while nothing was to be read: no reply can be delivered any more.
            Close(_thrift.BrokenReason);
            return;
        }

        if ((events & Libc.EpollOut) != 0)
        {
            Flush();
        }

        if (_descriptor >= 0 && (events & ~Libc.EpollOut) != 0)
        {
            Receive();
        }
    }

    /// <summary>Writes what is ready, goes on with frames that had to wait, and sets what to watch for.</summary>
    public void Flush() => Flush(hadTurn: IsLast);

    private void Flush(bool hadTurn)
    {
        while (_descriptor >= 0 && WriteReplies() && !IsBlocked && _thrift.CanResume && !_isWaiting)
        {
            if (hadTurn)
            {
                GoOnLater();
                break;
            }

            hadTurn = true;
            BeginTurn();
            _thrift.Resume();
            _isReceiving = false;
        }

        if (_descriptor < 0)
        {
            return;
        }

        if (_thrift.IsFinished && !IsBlocked)
        {
            Close(_thrift.FinishReason);
            return;
        }

        if (_hadTurnSinceWait && !_isWaiting && _thrift.IsMostlyRefused && _dispatcher.Options.OverLimitPause > TimeSpan.Zero)
        {
            // Its bytes gather in the socket: read together, they cost one turn of the loop instead of one each.
            Wait(_dispatcher.Options.OverLimitPause);
            _dispatcher.Statistics.OnPaused();
        }

        // A client that does not read its replies is not read either: its memory here is bounded.
        bool read = !_isWaiting && !IsBlocked && _thrift.WantedBytes > 0;
        int interest = (read ? Libc.EpollIn : 0) | (IsBlocked ? Libc.EpollOut : 0);
        if (interest != _interest)
        {
            _interest = interest;
            _set.Change(_descriptor, interest, Token);
        }

        if (_thrift.IsOverLimit && !IsLast)
        {
            MoveTo(_loop.Last.Watched);
        }
    }

    /// <summary>It has waited long enough: goes on with what has been read, or reads what has come meanwhile.</summary>
    public void EndWait()
    {
        if (!_isWaiting || _descriptor < 0)
        {
            return;
        }

        _isWaiting = false;
        if (_thrift.CanResume || IsBlocked)
        {
            Flush(hadTurn: false);
        }
        else
        {
            Receive();
        }
    }

    /// <summary>Looks after what only time can tell.</summary>
    public void Sweep(long nowMs)
    {
        _thrift.Sweep(nowMs);
        if (IsLast && !_thrift.IsOverLimit)
        {
            MoveTo(_loop.Epoll);
            _thrift.ForgetRefusals();
        }

        _thrift.IsOverLimit = false;
        if (IsBlocked && nowMs - _unsent.SinceMs > (long)_dispatcher.Options.FrameTimeout.TotalMilliseconds)
        {
            Close(CloseReason.ReplyTimeout);
        }
        else
        {
            Flush();
        }
    }

    /// <summary>Reads no more, answers what is in flight, then closes.</summary>
    public void Finish(CloseReason reason)
    {
        EndWait(); // what a client has sent while it was not read is answered, too
        _thrift.Finish(reason);
        Flush();
    }

    /// <summary>Closes the socket now. Can be called again.</summary>
    public void Close(CloseReason reason)
    {
        if (_descriptor < 0)
        {
            return;
        }

        if (reason > CloseReason.ConnectionError)
        {
            DiscardInput();
        }

        _ = Libc.Close(_descriptor); // epoll forgets it with its last descriptor
        _descriptor = -1;
        _isReceiving = false;
        _unsent.Drop();
        _loop.Remove(this);
        _thrift.Closed(reason);
    }

    // It stays at least until the sweep after the next.
    private void MoveTo(EpollSet set)
    {
        _set.Remove(_descriptor);
        _set = set;
        _set.Add(_descriptor, _interest, Token);
    }

    // Others first.
    private void GoOnLater()
    {
        if (IsLast)
        {
            Wait(TimeSpan.Zero);
        }
        else
        {
            _loop.Post(this);
        }
    }

    private void Wait(TimeSpan time)
    {
        _isWaiting = true;
        _hadTurnSinceWait = false;
        _loop.Last.Wait(this, time);
    }

    private void BeginTurn()
    {
        _thrift.CallsPerTurn = IsLast ? LastCallsPerTurn : CallsPerTurn;
        _hadTurnSinceWait = true;
        _isReceiving = true;
    }

    private void Receive()
    {
        byte[] input = _loop.Input;
        int wanted = Math.Min(_thrift.WantedBytes, input.Length);
        if (wanted == 0)
        {
            Flush(); // which stops watching for input
            return;
        }

        nint read;
        fixed (byte* start = input)
        {
            read = Libc.Receive(_descriptor, start, wanted, 0);
        }

        if (read > 0)
        {
            BeginTurn();
            _thrift.Receive(input.AsSpan(0, (int)read));
            _isReceiving = false;
        }
        else if (read == 0)
        {
            _thrift.EndOfInput();
        }
        else if (Marshal.GetLastPInvokeError() is not (Libc.EAgain or Libc.EIntr))
        {
            Close(_thrift.BrokenReason);
            return;
        }

        Flush(hadTurn: true);
    }

    /// <returns>False when the connection was closed.</returns>
    private bool WriteReplies()
    {
        if (IsBlocked)
        {
            int sent = Send(_unsent.Bytes);
            if (sent < 0)
            {
                return false;
            }

            _unsent.Sent(sent);
            if (IsBlocked)
            {
                return true;
            }
        }

        byte[] output = _loop.Output;
        int ready;
        while ((ready = _thrift.TakeReplies(output)) > 0)
        {
            int sent = Send(output.AsSpan(0, ready));
            if (sent < 0)
            {
                return false;
            }

            if (sent < ready)
            {
                _unsent.Keep(output.AsSpan(sent, ready - sent));
                return true;
            }
        }

        return true;
    }

    /// <returns>Bytes sent, 0 when the socket takes none now, -1 when the connection was closed.</returns>
    private int Send(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            nint sent = Libc.Send(_descriptor, start, bytes.Length, Libc.MsgNoSignal);
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

        Close(CloseReason.ConnectionError);
        return -1;
    }

    /// <summary>
    /// Closing a socket with unread input resets the connection, and a reset can overtake replies that the client has
    /// not read yet. So what is there is read first, within reason.
    /// </summary>
    private void DiscardInput()
    {
        _ = Libc.Shutdown(_descriptor, Libc.ShutdownWrite);
        fixed (byte* start = _loop.Input)
        {
            for (int i = 0; i < 4 && Libc.Receive(_descriptor, start, _loop.Input.Length, 0) > 0; i++)
            {
            }
        }
    }
}
