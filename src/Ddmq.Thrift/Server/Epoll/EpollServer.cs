using System.Net;
using System.Net.Sockets;
using Ddmq.Thrift.Native;

namespace Ddmq.Thrift.Server.Epoll;

/// <summary>
/// A Thrift server on event loops of its own (Linux). The first loop accepts; connections are dealt out in turn and stay
/// with their loop. Thread-safe.
/// </summary>
public sealed class EpollServer : IDisposable
{
    private readonly EventLoop[] _loops;
    private readonly Socket _listener;
    private uint _next;

    private EpollServer(Socket listener, EventLoop[] loops)
    {
        _listener = listener;
        _loops = loops;
    }

    /// <summary>The address listened on, with the port that a 0 became.</summary>
    public IPEndPoint LocalEndPoint => (IPEndPoint)_listener.LocalEndPoint!;

    /// <summary>Binds, listens and starts. Throws <see cref="SocketException"/> when the address cannot be had.</summary>
    /// <param name="endPoint">Where to listen; port 0 for any free one.</param>
    /// <param name="dispatcher">Handler and bounds.</param>
    /// <param name="failed">Told of bugs that ended a connection; must not throw.</param>
    public static EpollServer Start(IPEndPoint endPoint, ThriftDispatcher dispatcher, Action<Exception>? failed = null)
    {
        var listener = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // So that a restart need not wait for the old connections' TIME_WAIT; two listeners still exclude each other.
            listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            listener.Blocking = false;
            listener.Bind(endPoint);
            listener.Listen(dispatcher.Options.Backlog);
        }
        catch
        {
            listener.Dispose();
            throw;
        }

        var loops = new EventLoop[dispatcher.Options.EventLoops];
        for (int i = 0; i < loops.Length; i++)
        {
            loops[i] = new EventLoop(dispatcher, i) { Failed = failed };
            loops[i].Start();
        }

        var server = new EpollServer(listener, loops);
        loops[0].Listen((int)listener.SafeHandle.DangerousGetHandle(), server.OnAccepted);
        return server;
    }

    /// <summary>Takes no more connections; open ones go on.</summary>
    public void StopListening()
    {
        _loops[0].StopListening();
        _loops[0].Run(_listener.Close);
    }

    /// <summary>
    /// Reads no more, writes the replies of what is in flight, closes the connections as that is done, and ends the loops;
    /// after <paramref name="timeout"/> closes what is left.
    /// </summary>
    /// <returns>True when every reply could be written.</returns>
    public bool Stop(TimeSpan timeout)
    {
        long deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        foreach (EventLoop loop in _loops)
        {
            loop.Stop();
        }

        bool clean = true;
        foreach (EventLoop loop in _loops)
        {
            if (!loop.Join(TimeSpan.FromMilliseconds(Math.Max(0, deadline - Environment.TickCount64))))
            {
                clean = false;
                loop.Abort();
                loop.Join(Timeout.InfiniteTimeSpan);
            }
        }

        return clean;
    }

    /// <summary>Closes everything at once unless <see cref="Stop"/> has done so, and frees the loops.</summary>
    public void Dispose()
    {
        StopListening();
        Stop(TimeSpan.Zero);
        _listener.Dispose();
        foreach (EventLoop loop in _loops)
        {
            loop.Dispose();
        }
    }

    private void OnAccepted(int descriptor, IPEndPoint? remote)
    {
        EventLoop loop = _loops[_next++ % (uint)_loops.Length];
        if (ReferenceEquals(loop, _loops[0]))
        {
            loop.Add(descriptor, remote);
        }
        else
        {
            loop.Run(() => loop.Add(descriptor, remote));
        }
    }
}
