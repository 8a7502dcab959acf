using System.Net;
using System.Net.Sockets;
using Ddmq.Thrift.Native;

namespace Ddmq.Thrift.Server.Epoll;

/// <summary>
/// A Thrift server on event loops of its own (Linux). The first loop accepts; connections are dealt out in turn and stay
/// with their loop. Thread-safe.
/// </summary>
public sealed class EpollServer : IThriftServer
{
    private readonly EventLoop[] _loops;
    private readonly Socket _listener;
    private uint _next;

    private EpollServer(Socket listener, EventLoop[] loops)
    {
        _listener = listener;
        _loops = loops;
    }

    /// <inheritdoc/>
    public IPEndPoint LocalEndPoint { get; private init; } = null!;

    /// <summary>Binds, listens and starts. Throws <see cref="SocketException"/> when the address cannot be had.</summary>
    /// <param name="endPoint">Where to listen; port 0 for any free one.</param>
    /// <param name="dispatcher">Handler and bounds.</param>
    /// <param name="failed">Told of bugs that ended a connection; must not throw.</param>
    public static EpollServer Start(IPEndPoint endPoint, ThriftDispatcher dispatcher, Action<Exception>? failed = null)
    {
        var listener = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // No ReuseAddress: Bind lets a restart follow at once by itself, and the option would let two proxies share a port.
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

        var server = new EpollServer(listener, loops) { LocalEndPoint = (IPEndPoint)listener.LocalEndPoint! };
        loops[0].Listen((int)listener.SafeHandle.DangerousGetHandle(), server.OnAccepted);
        return server;
    }

    /// <inheritdoc/>
    public void StopListening()
    {
        _loops[0].StopListening();
        _loops[0].Run(_listener.Close);
    }

    /// <inheritdoc/>
    public Task<bool> StopAsync(TimeSpan timeout) => Task.Run(() => Stop(timeout));

    /// <summary>Closes everything at once unless <see cref="StopAsync"/> has done so, and frees the loops.</summary>
    public async ValueTask DisposeAsync()
    {
        StopListening();
        await StopAsync(TimeSpan.Zero).ConfigureAwait(false);
        _listener.Dispose();
        foreach (EventLoop loop in _loops)
        {
            loop.Dispose();
        }
    }

    private bool Stop(TimeSpan timeout)
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
