using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Ddmq.TestKit.Network;

/// <summary>
/// A loopback port that passes everything on to another, until the test disturbs it: frozen, it accepts connections and keeps them
/// open but moves no byte, as a host that lost its power or a firewall that drops packets.
/// </summary>
public sealed class TcpRelay : IAsyncDisposable
{
    private readonly int _targetPort;
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentDictionary<Socket, Socket> _connections = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private volatile TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Begins to pass on.</summary>
    public TcpRelay(int targetPort)
    {
        _targetPort = targetPort;
        _open.SetResult();
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>The port to connect to.</summary>
    public int Port { get; }

    /// <summary>Moves nothing from here on, on old connections and new ones.</summary>
    public void Freeze() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends <see cref="Freeze"/>; what was held back is moved.</summary>
    public void Thaw() => _open.TrySetResult();

    /// <summary>Closes all connections; new ones are served.</summary>
    public void DropConnections()
    {
        foreach ((Socket client, Socket target) in _connections)
        {
            client.Dispose();
            target.Dispose();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        Thaw();
        DropConnections();
        await _accepting.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var relays = new List<Task>();
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
                relays.Add(RelayAsync(client));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            DropConnections();
            await Task.WhenAll(relays).ConfigureAwait(false);
        }
    }

    private async Task RelayAsync(Socket client)
    {
        using (client)
        using (var target = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            try
            {
                await _open.Task.ConfigureAwait(false);
                await target.ConnectAsync(IPAddress.Loopback, _targetPort, _stopping.Token).ConfigureAwait(false);
                _connections[client] = target;
                await Task.WhenAny(PumpAsync(client, target), PumpAsync(target, client)).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The target refuses, or the relay ends: so does this connection.
            }

            _connections.TryRemove(client, out _);
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            while (true)
            {
                int count = await from.ReceiveAsync(buffer, _stopping.Token).ConfigureAwait(false);
                await _open.Task.ConfigureAwait(false);
                if (count == 0)
                {
                    return;
                }

                for (int sent = 0; sent < count;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), _stopping.Token).ConfigureAwait(false);
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One side is gone: the connection ends.
        }
    }
}
