using System.Buffers.Binary;
using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Ddmq.Cli.Bench;
using Ddmq.Cli.Native;
using Ddmq.Thrift.Native;

namespace Ddmq.Benchmarks;

/// <summary>
/// An open loop of requests at random times, whose latencies are the proxy's alone: from just before <c>send</c> to when the kernel took the reply's last
/// bytes from the network (<c>SO_TIMESTAMPNS</c>, socket(7)). When this thread got a CPU to see the reply, which another load generator beside it delays, does not count. Linux only.
/// </summary>
internal sealed unsafe partial class StampedClient : IDisposable
{
    private const int SolSocket = 1;
    private const int TimestampNs = 35;
    private const int WaitMs = 20;
    private const int TimerNumber = -1;
    private const long NanosPerSecond = 1_000_000_000;
    private const int ControlBytes = 128;
    private const int Seed = 1; // every run is asked for the same

    // The kernel takes times while some socket wants them, and begins and ends in its own time: with one that always does, none is missing.
    private static readonly Socket Stamped = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    private readonly LoadOptions _options;
    private readonly RequestFrames _frames;
    private readonly ReplyReader _replies;
    private readonly LoadConnection[] _connections;
    private readonly Random _random = new(Seed);
    private readonly EpollSet _epoll = new();
    private readonly TimerFd _timer = new();
    private readonly byte[] _input = GC.AllocateArray<byte>(64 * 1024, pinned: true);

    static StampedClient() => Stamp((int)Stamped.SafeHandle.DangerousGetHandle());

    /// <param name="options">What to send, where, how often; all of <see cref="LoadOptions.RequestsPerSecond"/> from one thread.</param>
    public StampedClient(LoadOptions options)
    {
        _options = options;
        _frames = RequestFrames.Encode(options with { Pipeline = 1 });
        _replies = new ReplyReader(options.Protocol);
        _connections = [.. Enumerable.Range(0, options.Connections).Select(_ => LoadConnection.Open(options.EndPoint, options.Pipeline))];
        _epoll.Add(_timer.Descriptor, Libc.EpollIn | EpollSet.EdgeTriggered, TimerNumber);
        for (int i = 0; i < _connections.Length; i++)
        {
            Stamp(_connections[i].Descriptor);
            _epoll.Add(_connections[i].Descriptor, Libc.EpollIn, i);
        }
    }

    /// <summary>Puts the load on, and returns what was sent after the warm-up took.</summary>
    /// <exception cref="InvalidOperationException">A request failed, or was not answered.</exception>
    public LatencyHistogram Run()
    {
        var latencies = new LatencyHistogram();
        long begin = Stopwatch.GetTimestamp();
        long recordedFrom = RealTimeNow() + (long)_options.Warmup.TotalNanoseconds;
        long end = begin + (long)(_options.Warmup + _options.Duration).TotalNanoseconds;
        long giveUp = end + (long)_options.DrainTimeout.TotalNanoseconds;
        double due = begin;
        for (int turn = 0; due < end || _connections.Any(connection => connection.InFlight > 0);)
        {
            long now = Stopwatch.GetTimestamp();
            for (; due <= now && due < end; due += NextGap(), turn++)
            {
                Send(_connections[turn % _connections.Length]);
            }

            if (now > giveUp)
            {
                throw new InvalidOperationException("requests were not answered");
            }

            if (due < end)
            {
                _timer.Set((long)due);
            }

            int count = _epoll.Wait(WaitMs);
            for (int i = 0; i < count; i++)
            {
                if (_epoll.Event(i).Token is var number and not TimerNumber)
                {
                    Receive(_connections[number], latencies, recordedFrom);
                }
            }
        }

        return latencies;
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

    // Of independent clients: with equal gaps a whole round would meet another open loop at the same point of its own.
    private double NextGap() => -Math.Log(1 - _random.NextDouble()) * NanosPerSecond / _options.RequestsPerSecond;

    private static long RealTimeNow() => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;

    private void Send(LoadConnection connection)
    {
        connection.Push(RealTimeNow());
        if (Libc.Send(connection.Descriptor, Address(_frames.Block), _frames.FrameLength, Libc.MsgNoSignal) != _frames.FrameLength)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "a request was not sent");
        }
    }

    private void Receive(LoadConnection connection, LatencyHistogram latencies, long recordedFrom)
    {
        int kept = connection.TakePartial(_input);
        byte* control = stackalloc byte[ControlBytes];
        var part = new Part { Base = Address(_input) + kept, Length = (nuint)(_input.Length - kept) };
        var message = new MessageHeader { Parts = &part, PartCount = 1, Control = control, ControlLength = ControlBytes };
        nint received = ReceiveMessage(connection.Descriptor, &message, 0);
        if (received <= 0)
        {
            throw new InvalidOperationException(
                received == 0 ? "the proxy closed the connection" : new Win32Exception(Marshal.GetLastPInvokeError()).Message);
        }

        long? stamp = TimeOf(message);
        ReadOnlyMemory<byte> bytes = _input.AsMemory(0, kept + (int)received);
        while (bytes.Length >= sizeof(int) && BinaryPrimitives.ReadInt32BigEndian(bytes.Span) is var length && bytes.Length - sizeof(int) >= length)
        {
            int code = _replies.Read(bytes.Slice(sizeof(int), length), out _);
            long sent = connection.Pop();
            if (code != 0)
            {
                throw new InvalidOperationException($"a request was answered {code}");
            }

            if (sent >= recordedFrom)
            {
                latencies.Record((stamp ?? throw new InvalidOperationException("the kernel gave no time with the bytes")) - sent);
            }

            bytes = bytes[(sizeof(int) + length)..];
        }

        connection.KeepPartial(bytes.Span);
    }

    // The control data has a header of its length, level and type, and then a timespec.
    private static long? TimeOf(in MessageHeader message)
    {
        var header = (ControlHeader*)message.Control;
        if (message.ControlLength < (nuint)(sizeof(ControlHeader) + (2 * sizeof(long))) || header->Level != SolSocket || header->Type != TimestampNs)
        {
            return null;
        }

        long* time = (long*)(header + 1);
        return (time[0] * NanosPerSecond) + time[1];
    }

    private static void Stamp(int descriptor)
    {
        int one = 1;
        if (Libc.SetSocketOption(descriptor, SolSocket, TimestampNs, &one, sizeof(int)) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "setsockopt(SO_TIMESTAMPNS)");
        }
    }

    private static byte* Address(byte[] pinned) => (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    private static partial nint ReceiveMessage(int descriptor, MessageHeader* message, int flags);

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Part
    {
        public byte* Base;
        public nuint Length;
    }

    /// <summary>struct msghdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct MessageHeader
    {
        public byte* Name;
        public uint NameLength;
        public Part* Parts;
        public nuint PartCount;
        public byte* Control;
        public nuint ControlLength;
        public int Flags;
    }

    /// <summary>struct cmsghdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ControlHeader
    {
        public nuint Length;
        public int Level;
        public int Type;
    }
}
