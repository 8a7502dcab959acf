using System.Net;
using System.Net.Sockets;
using Ddmq.Thrift.Native;

namespace Ddmq.Thrift.Server.Epoll;

/// <summary>
/// A Thrift server on event loops (Linux). The first loop accepts; connections are dealt out in turn and stay
/// with their loop. Thread-safe.
/// </summary>
public sealed class EpollServer : IThriftServer
{
    private readonly ThriftDispatcher _dispatcher;
    private readonly EventLoops _loops;
    private readonly EventLoops? _ownLoops;
    private readonly Socket _listener;
    private uint _next;
    private volatile bool _isStopping;

    private EpollServer(Socket listener, ThriftDispatcher dispatcher, EventLoops loops, EventLoops? ownLoops)
    {
        _listener = listener;
        _dispatcher = dispatcher;
        _loops = loops;
        _ownLoops = ownLoops;
    }

    /// <inheritdoc/>
    public IPEndPoint LocalEndPoint { get; private init; } = null!;

    /// <summary>Binds, listens and starts. Throws <see cref="SocketException"/> when the address cannot be had.</summary>
    /// <param name="endPoint">Where to listen; port 0 for any free one.</param>
    /// <param name="dispatcher">Handler and bounds.</param>
    /// <param name="loops">The caller's, which outlive the server; null for one of its own.</param>
    public static EpollServer Start(IPEndPoint endPoint, ThriftDispatcher dispatcher, EventLoops? loops = null)
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

        EventLoops? ownLoops = loops is null ? EventLoops.Start(1) : null;
        var server = new EpollServer(listener, dispatcher, loops ?? ownLoops!, ownLoops) { LocalEndPoint = (IPEndPoint)listener.LocalEndPoint! };
        server._loops.All[0].Listen((int)listener.SafeHandle.DangerousGetHandle(), server.OnAccepted);
        return server;
    }

    /// <inheritdoc/>
    public void StopListening()
    {
        _loops.All[0].StopListening();
        _loops.All[0].Run(_listener.Close);
    }

    /// <inheritdoc/>
    public async Task<bool> StopAsync(TimeSpan timeout)
    {
        _isStopping = true;
        Task closed = Task.WhenAll(_loops.All.ToArray().Select(loop => loop.FinishAsync(_dispatcher)));
        await Task.WhenAny(closed, Task.Delay(timeout)).ConfigureAwait(false);
        bool clean = closed.IsCompleted;
        foreach (EventLoop loop in _loops.All)
        {
            loop.Abort(_dispatcher);
        }

        await closed.ConfigureAwait(false);
        return clean;
    }

    /// <summary>Closes everything at once unless <see cref="StopAsync"/> has done so.</summary>
    public async ValueTask DisposeAsync()
    {
        StopListening();
        await StopAsync(TimeSpan.Zero).ConfigureAwait(false);
        _listener.Dispose();
        if (_ownLoops is not null)
        {
            await _ownLoops.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void OnAccepted(int descriptor, IPEndPoint? remote)
    {
        EventLoop loop = _loops.All[(int)(_next++ % (uint)_loops.All.Length)];
        if (ReferenceEquals(loop, _loops.All[0]))
        {
            Add(loop, descriptor, remote);
        }
        else
        {
            loop.Run(() => Add(loop, descriptor, remote));
        }
    }

    private void Add(EventLoop loop, int descriptor, IPEndPoint? remote)
    {
        EpollConnection connection = loop.Add(descriptor, remote, _dispatcher);

        // Accepted just before the end: its loop may have closed the others already.
        if (_isStopping)
        {
            connection.Finish(CloseReason.ServerStopping);
        }
    }
}
