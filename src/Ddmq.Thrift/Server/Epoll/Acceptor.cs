using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using Ddmq.Thrift.Native;

namespace Ddmq.Thrift.Server.Epoll;

/// <summary>
/// Takes connections from a listening socket of a loop. Errors come in two kinds: a connection that has gone before it
/// was accepted is nobody's concern; without descriptors or memory accepting pauses, and those who wait in the listen
/// queue wait a little longer. The loop's thread only.
/// </summary>
internal sealed unsafe class Acceptor
{
    /// <summary>How long it pauses when the system has nothing to give, in ms.</summary>
    public const int PauseMs = 100;

    // So that a flood of connections does not keep the loop from those it has.
    private const int MostAtOnce = 64;
    private const int AddressBytes = 28;

    private readonly EpollSet _epoll;
    private readonly int _listener;
    private readonly long _token;
    private readonly Action<int, IPEndPoint?> _accepted;
    private long _pausedUntilMs;

    /// <param name="epoll">The loop's set.</param>
    /// <param name="listener">A listening, non-blocking socket; stays its owner's.</param>
    /// <param name="token">Under which the set reports it.</param>
    /// <param name="accepted">Gets each connection's descriptor, which is its own from then on.</param>
    public Acceptor(EpollSet epoll, int listener, long token, Action<int, IPEndPoint?> accepted)
    {
        _epoll = epoll;
        _listener = listener;
        _token = token;
        _accepted = accepted;
        _epoll.Add(listener, Libc.EpollIn, token);
    }

    /// <summary>Whether it pauses.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>Accepts what waits.</summary>
    public void Accept()
    {
        byte* address = stackalloc byte[AddressBytes];
        for (int i = 0; i < MostAtOnce; i++)
        {
            int length = AddressBytes;
            int descriptor = Libc.Accept(_listener, address, &length, Libc.NonBlock | Libc.CloseOnExec);
            if (descriptor >= 0)
            {
                _accepted(descriptor, ToEndPoint(new ReadOnlySpan<byte>(address, length)));
                continue;
            }

            if (Marshal.GetLastPInvokeError() is Libc.EMFile or Libc.ENFile or Libc.ENoBufs or Libc.ENoMem)
            {
                IsPaused = true;
                _pausedUntilMs = Environment.TickCount64 + PauseMs;
                _epoll.Change(_listener, 0, _token);
            }

            return;
        }
    }

    /// <summary>Ends the pause when it has lasted long enough.</summary>
    public void ResumeWhenDue(long nowMs)
    {
        if (IsPaused && nowMs >= _pausedUntilMs)
        {
            IsPaused = false;
            _epoll.Change(_listener, Libc.EpollIn, _token);
        }
    }

    /// <summary>Accepts no more.</summary>
    public void Stop() => _epoll.Remove(_listener);

    private static IPEndPoint? ToEndPoint(ReadOnlySpan<byte> address)
    {
        const int Inet = 2;
        const int Inet6 = 10;
        const int Inet6Bytes = 28;
        if (address.Length < 16)
        {
            return null;
        }

        int port = BinaryPrimitives.ReadUInt16BigEndian(address[2..]);
        return BitConverter.ToUInt16(address) switch
        {
            Inet => new IPEndPoint(new IPAddress(address.Slice(4, 4)), port),
            Inet6 when address.Length >= Inet6Bytes => new IPEndPoint(new IPAddress(address.Slice(8, 16)), port),
            _ => null,
        };
    }
}
