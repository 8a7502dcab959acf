using System.Buffers.Binary;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Ddmq.Cli.Native;
using Ddmq.Thrift.Native;
using Ddmq.Thrift.Protocol;

namespace Ddmq.Cli.Bench;

/// <summary>
/// One thread of the generator with its share of the connections. It shares the machine with the proxy it measures, so
/// a request costs it at most one <c>send</c>, one <c>recv</c> and its part of an <c>epoll_wait</c>, and no allocation.
/// <code>
/// closed loop: reply ─► next request on the same connection
/// open loop:   timer ─► every request that is due ─► a connection with room, taken in turn; what falls to one goes out in one call;
///              without room requests wait, and their latency counts from when they were due
/// </code>
/// </summary>
internal sealed unsafe class LoadWorker : IDisposable
{
    // Bounds how late the end of the run is noticed when nothing happens.
    private const int WaitMs = 20;
    private const int LargestReply = 64 * 1024;
    private const int TimerNumber = -1;

    private readonly LoadWindow _window;
    private readonly RequestFrames _frames;
    private readonly LoadConnection[] _connections;
    private readonly OpenLoopSchedule? _schedule;
    private readonly ReplyReader _replyReader;
    private readonly Queue<LoadConnection> _withRoom;
    private readonly List<LoadConnection> _toFlush;
    private readonly long _drainNanoseconds;
    private readonly TimerFd _timer = new();
    private readonly EpollSet _epoll = new();
    private readonly byte[] _input = GC.AllocateArray<byte>(4 * LargestReply, pinned: true);
    private long _timerSetTo;
    private int _open;

    /// <param name="options">What to do.</param>
    /// <param name="window">When.</param>
    /// <param name="frames">The request.</param>
    /// <param name="connections">This worker's connections; it disposes them.</param>
    /// <param name="number">This worker's number, from 0.</param>
    public LoadWorker(LoadOptions options, LoadWindow window, RequestFrames frames, LoadConnection[] connections, int number)
    {
        bool isOpenLoop = options.RequestsPerSecond > 0;
        _window = window;
        _frames = frames;
        _connections = connections;
        _open = connections.Length;
        _replyReader = new ReplyReader(options.Protocol);
        _withRoom = new Queue<LoadConnection>(connections.Length);
        _toFlush = new List<LoadConnection>(connections.Length);
        _drainNanoseconds = (long)options.DrainTimeout.TotalNanoseconds;
        _schedule = isOpenLoop ? new OpenLoopSchedule(window.Begin, options.RequestsPerSecond, number, options.Threads) : null;
        Tally = new LoadTally(window, isOpenLoop);

        _epoll.Add(_timer.Descriptor, Libc.EpollIn | EpollSet.EdgeTriggered, TimerNumber);
        for (int i = 0; i < connections.Length; i++)
        {
            connections[i].Number = i;

            // Where there are many topics, each connection begins at another one, so that a topic's requests come evenly.
            connections[i].FrameOffset = (int)((long)i * (frames.Cycle / frames.FrameLength) / connections.Length) * frames.FrameLength;
            _epoll.Add(connections[i].Descriptor, Libc.EpollIn, i);
        }
    }

    /// <summary>What came of it.</summary>
    public LoadTally Tally { get; }

    /// <summary>Puts the load on. Returns when the window has ended and all is answered, or nothing is left to wait for.</summary>
    public void Run()
    {
        foreach (LoadConnection connection in _connections)
        {
            GoOn(connection, Stopwatch.GetTimestamp());
        }

        while (_open > 0)
        {
            SendDue(Stopwatch.GetTimestamp());
            int count = _epoll.Wait(WaitMs);
            for (int i = 0; i < count; i++)
            {
                (int events, long number) = _epoll.Event(i);
                if (number != TimerNumber)
                {
                    OnEvents(_connections[number], events);
                }
            }

            long now = Stopwatch.GetTimestamp();
            bool isAllDone = Tally.InFlight == 0 && !(_schedule?.Due < _window.End);
            if (now >= _window.End && (isAllDone || now >= _window.End + _drainNanoseconds))
            {
                break;
            }
        }

        AccountForTheRest(Stopwatch.GetTimestamp());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (LoadConnection connection in _connections)
        {
            connection.Dispose();
        }

        _timer.Dispose();
        _epoll.Dispose();
    }

    private static byte* Address(byte[] pinned) => (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);

    private void OnEvents(LoadConnection connection, int events)
    {
        if (connection.IsOpen && (events & Libc.EpollOut) != 0)
        {
            Flush(connection);
        }

        if (connection.IsOpen && (events & ~Libc.EpollOut) != 0)
        {
            Receive(connection);
        }
    }

    private void Receive(LoadConnection connection)
    {
        int end = connection.TakePartial(_input);
        nint received = Libc.Receive(connection.Descriptor, Address(_input) + end, _input.Length - end, 0);
        if (received <= 0)
        {
            int error = Marshal.GetLastPInvokeError();
            connection.KeepPartial(_input.AsSpan(0, end));
            if (received == 0)
            {
                Lose(connection, "the proxy closed the connection");
            }
            else if (error is not (Libc.EAgain or Libc.EIntr))
            {
                Lose(connection, new Win32Exception(error).Message);
            }

            return;
        }

        long now = Stopwatch.GetTimestamp();
        end += (int)received;
        int position = 0;
        while (end - position >= sizeof(int))
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(_input.AsSpan(position));
            if ((uint)(length - 1) >= LargestReply || connection.InFlight == 0)
            {
                Lose(connection, $"a reply of {length} bytes to {connection.InFlight} requests");
                return;
            }

            if (end - position - sizeof(int) < length)
            {
                break;
            }

            position += sizeof(int);
            if (!TryComplete(connection, _input.AsMemory(position, length), now))
            {
                return;
            }

            position += length;
        }

        connection.KeepPartial(_input.AsSpan(position, end - position));
        GoOn(connection, now);
    }

    private bool TryComplete(LoadConnection connection, ReadOnlyMemory<byte> frame, long now)
    {
        try
        {
            int code = _replyReader.Read(frame, out ReadOnlyMemory<byte> text);
            Tally.Answered(connection.Pop(), now, code, text.Span);
            return true;
        }
        catch (ThriftFormatException exception)
        {
            Lose(connection, $"not a reply: {exception.Message}");
            return false;
        }
    }

    /// <summary>Uses the room a connection has: at once in a closed loop, by standing in the queue in an open one.</summary>
    private void GoOn(LoadConnection connection, long now)
    {
        if (_schedule is not null)
        {
            if (connection.IsOpen && connection.HasRoom && !connection.IsQueued)
            {
                connection.IsQueued = true;
                _withRoom.Enqueue(connection);
            }
        }
        else if (now < _window.End)
        {
            while (connection.HasRoom)
            {
                Begin(connection, now);
            }

            Flush(connection);
        }
    }

    private void SendDue(long now)
    {
        if (_schedule is null)
        {
            return;
        }

        while (_schedule.Due <= now && _schedule.Due < _window.End && _withRoom.TryDequeue(out LoadConnection? connection))
        {
            connection.IsQueued = false;
            if (connection.IsOpen)
            {
                if (connection.PendingBytes == 0)
                {
                    _toFlush.Add(connection);
                }

                Begin(connection, _schedule.Due);
                _schedule.Advance();
                GoOn(connection, now);
            }
        }

        // One call for all that is due on a connection; one that is blocked is flushed when it takes bytes again.
        foreach (LoadConnection connection in _toFlush)
        {
            Flush(connection);
        }

        _toFlush.Clear();

        // Without room there is no use in waking up: a reply will.
        if (_withRoom.Count > 0 && _timerSetTo != _schedule.Due && _schedule.Due < _window.End)
        {
            _timerSetTo = _schedule.Due;
            _timer.Set(_timerSetTo);
        }
    }

    private void Begin(LoadConnection connection, long time)
    {
        connection.Push(time);
        connection.PendingBytes += _frames.FrameLength;
        Tally.Begun();
    }

    private void Flush(LoadConnection connection)
    {
        byte[] block = _frames.Block;
        while (connection.PendingBytes > 0)
        {
            nint length = (nint)Math.Min(connection.PendingBytes, block.Length - connection.FrameOffset);
            nint sent = Libc.Send(connection.Descriptor, Address(block) + connection.FrameOffset, length, Libc.MsgNoSignal);
            if (sent >= 0)
            {
                connection.PendingBytes -= sent;
                connection.FrameOffset = (int)((connection.FrameOffset + sent) % _frames.Cycle);
                continue;
            }

            int error = Marshal.GetLastPInvokeError();
            if (error == Libc.EAgain)
            {
                break;
            }

            if (error != Libc.EIntr)
            {
                Lose(connection, new Win32Exception(error).Message);
                return;
            }
        }

        bool isBlocked = connection.PendingBytes > 0;
        if (isBlocked != connection.IsBlocked)
        {
            connection.IsBlocked = isBlocked;
            _epoll.Change(connection.Descriptor, isBlocked ? Libc.EpollIn | Libc.EpollOut : Libc.EpollIn, connection.Number);
        }
    }

    private void Lose(LoadConnection connection, string reason)
    {
        Tally.Lost(reason);
        GiveUp(connection, Stopwatch.GetTimestamp());
        connection.IsOpen = false;
        connection.Dispose();
        _open--;
    }

    private void GiveUp(LoadConnection connection, long now)
    {
        while (connection.InFlight > 0)
        {
            Tally.GivenUp(connection.Pop(), now);
        }
    }

    private void AccountForTheRest(long now)
    {
        foreach (LoadConnection connection in _connections)
        {
            GiveUp(connection, now);
        }

        for (; _schedule is not null && _schedule.Due < Math.Min(now, _window.End); _schedule.Advance())
        {
            Tally.NotSent(_schedule.Due, now);
        }
    }
}
