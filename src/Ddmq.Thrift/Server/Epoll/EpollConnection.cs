using System.Buffers;
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
    private const int LastCallsPerTurn = 16;

    // What a turn would not come to would have to be kept: of messages of some KB it is read when they are come to.
    private const int LastReadBytes = 128 * 1024;

    private readonly EventLoop _loop;
    private readonly IPEndPoint? _remote;
    private readonly ThriftDispatcher _dispatcher;
    private readonly ThriftConnection _thrift;
    private int _descriptor;
    private int _interest;
    private bool _isLast;
    private bool _mayEnd;
    private bool _isReceiving;
    private int _isPosted;

    // Replies that the socket did not take yet.
    private byte[] _output = [];
    private int _outputStart;
    private int _outputEnd;
    private long _blockedSinceMs;

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
        _thrift = new ThriftConnection(dispatcher, this) { CallsPerTurn = CallsPerTurn };
    }

    /// <summary>Under which the loop's table and its epoll know it.</summary>
    public long Token { get; set; }

    /// <summary>Neighbour in the loop's list of posted connections.</summary>
    public EpollConnection? NextPosted { get; set; }

    /// <summary>Whether it waits for its turn after all others (<see cref="EventLoop.PutOff"/>).</summary>
    public bool IsPutOff { get; set; }

    /// <summary>Its server's.</summary>
    public ThriftDispatcher Dispatcher => _dispatcher;

    public string RemoteAddress => _remote?.ToString() ?? "unknown";

    private bool IsBlocked => _outputEnd > _outputStart;

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
        _loop.Epoll.Add(_descriptor, _interest, Token);
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

        if (_descriptor < 0 || (events & ~Libc.EpollOut) == 0)
        {
            return;
        }

        if (_isLast)
        {
            _mayEnd |= (events & (Libc.EpollRdHup | Libc.EpollHup | Libc.EpollErr)) != 0;
            _loop.PutOff(this);
        }
        else
        {
            Receive();
        }
    }

    /// <summary>Its turn, after all others.</summary>
    public void ReceiveLast()
    {
        // No event tells of what is there still: more than was asked for, or the end behind the last bytes.
        if (_descriptor >= 0 && Receive() is var (wanted, read) && read > 0 && (read == wanted || _mayEnd) && _descriptor >= 0)
        {
            _loop.PutOff(this);
        }
    }

    /// <summary>Writes what is ready, goes on with frames that had to wait, and sets what to watch for.</summary>
    public void Flush() => Flush(hadTurn: false);

    private void Flush(bool hadTurn)
    {
        while (_descriptor >= 0 && WriteReplies() && !IsBlocked && _thrift.CanResume)
        {
            if (hadTurn)
            {
                _loop.Post(this); // others first
                break;
            }

            hadTurn = true;
            _isReceiving = true;
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

        // A client that does not read its replies is not read either: its memory here is bounded.
        bool read = !IsBlocked && _thrift.WantedBytes > 0;
        int interest = (read ? Libc.EpollIn : 0) | (IsBlocked ? Libc.EpollOut : 0);
        if (interest != _interest)
        {
            _interest = interest;
            Watch();
        }

        if (_thrift.IsOverLimit && !_isLast)
        {
            BeLast(true);
        }
    }

    /// <summary>Looks after what only time can tell.</summary>
    public void Sweep(long nowMs)
    {
        _thrift.Sweep(nowMs);
        if (_isLast && !_thrift.IsOverLimit)
        {
            BeLast(false);
        }

        _thrift.IsOverLimit = false;
        if (IsBlocked && nowMs - _blockedSinceMs > (long)_dispatcher.Options.FrameTimeout.TotalMilliseconds)
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
        DropOutput();
        _loop.Remove(this);
        _thrift.Closed(reason);
    }

    // It stays so at least until the sweep after the next.
    private void BeLast(bool isLast)
    {
        _isLast = isLast;
        _thrift.CallsPerTurn = isLast ? LastCallsPerTurn : CallsPerTurn;
        Watch();
    }

    // What is there already makes an event, too. While one that is served last waits for its turn, the loop need not hear of it again.
    private void Watch() => _loop.Epoll.Change(_descriptor, _isLast ? _interest | Libc.EpollRdHup | EpollSet.EdgeTriggered : _interest, Token);

    /// <returns>Bytes that were wanted, and read; 0 at the end, below 0 when there are none.</returns>
    private (int Wanted, nint Read) Receive()
    {
        byte[] input = _loop.Input;
        int wanted = Math.Min(_thrift.WantedBytes, _isLast ? LastReadBytes : input.Length);
        if (wanted == 0)
        {
            Flush(); // which stops watching for input
            return (0, 0);
        }

        nint read;
        fixed (byte* start = input)
        {
            read = Libc.Receive(_descriptor, start, wanted, 0);
        }

        if (read > 0)
        {
            _isReceiving = true;
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
            return (wanted, read);
        }

        Flush(hadTurn: true);
        return (wanted, read);
    }

    /// <returns>False when the connection was closed.</returns>
    private bool WriteReplies()
    {
        if (IsBlocked)
        {
            int sent = Send(_output.AsSpan(_outputStart.._outputEnd));
            if (sent < 0)
            {
                return false;
            }

            _outputStart += sent;
            if (sent > 0)
            {
                _blockedSinceMs = Environment.TickCount64;
            }

            if (IsBlocked)
            {
                return true;
            }

            DropOutput();
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
                _output = ArrayPool<byte>.Shared.Rent(ready - sent);
                output.AsSpan(sent, ready - sent).CopyTo(_output);
                _outputStart = 0;
                _outputEnd = ready - sent;
                _blockedSinceMs = Environment.TickCount64;
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

    private void DropOutput()
    {
        if (_output.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_output);
            _output = [];
        }

        _outputStart = 0;
        _outputEnd = 0;
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
