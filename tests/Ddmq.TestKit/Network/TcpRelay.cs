using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Ddmq.TestKit.Network;

/// <summary>
/// A loopback port that passes everything on to another, until the test disturbs it. Frozen, it accepts connections and keeps them
/// open but moves no byte, as a host that lost its power or a firewall that drops packets. For one test at a time.
/// </summary>
public sealed class TcpRelay : IAsyncDisposable
{
    private readonly int _targetPort;
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentDictionary<Socket, Socket> _connections = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private readonly Gate _requests = new();
    private readonly Gate _answers = new();
    private long _delayTicks;
    private int _tearing;
    private volatile (byte[] From, byte[] To)[] _rewrites = [];

    /// <summary>Begins to pass on.</summary>
    /// <param name="targetPort">Where to.</param>
    /// <param name="port">From where; 0 for a port that the system chooses.</param>
    public TcpRelay(int targetPort, int port = 0)
    {
        _targetPort = targetPort;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        _listener.Listen();
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>The port to connect to.</summary>
    public int Port { get; }

    /// <summary>How much later bytes arrive, in each direction; 0 at first. Also thins the stream: 16 KiB for each delay.</summary>
    public TimeSpan Delay
    {
        get => new(Interlocked.Read(ref _delayTicks));
        set => Interlocked.Exchange(ref _delayTicks, value.Ticks);
    }

    /// <summary>Moves nothing from here on, on old connections and new ones.</summary>
    public void Freeze()
    {
        _requests.Close();
        _answers.Close();
    }

    /// <summary>Moves nothing from the target back to clients; what they send still arrives.</summary>
    public void FreezeAnswers() => _answers.Close();

    /// <summary>Ends <see cref="Freeze"/> and <see cref="FreezeAnswers"/>; what was held back on connections that still exist is moved.</summary>
    public void Thaw()
    {
        _requests.Open();
        _answers.Open();
    }

    /// <summary>
    /// Replaces a text in what comes back from the target, such as the address of a server that is to be reached through another relay. It
    /// must come in one piece, as short answers do.
    /// </summary>
    /// <param name="from">What the target writes.</param>
    /// <param name="to">What clients read; as long as <paramref name="from"/>, so that lengths around it stay true.</param>
    public void RewriteAnswers(string from, string to)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(to.Length, from.Length);
        _rewrites = [.. _rewrites, (Encoding.ASCII.GetBytes(from), Encoding.ASCII.GetBytes(to))];
    }

    /// <summary>Closes all connections, and what was held back on them is lost; new ones are served.</summary>
    public void DropConnections()
    {
        foreach ((Socket client, Socket target) in _connections)
        {
            client.Dispose();
            target.Dispose();
        }
    }

    /// <summary>From now to <see cref="EndTearing"/> every connection breaks off in the middle of what next comes back from the target.</summary>
    public void BeginTearing() => Volatile.Write(ref _tearing, 1);

    /// <summary>Ends <see cref="BeginTearing"/>.</summary>
    public void EndTearing() => Volatile.Write(ref _tearing, 0);

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

    private static bool IsEnd(Exception exception) =>
        exception is OperationCanceledException or SocketException or ObjectDisposedException;

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
        catch (Exception exception) when (IsEnd(exception))
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
            client.NoDelay = true;
            target.NoDelay = true;
            _connections[client] = target;
            try
            {
                await _requests.Opened.ConfigureAwait(false);
                await target.ConnectAsync(IPAddress.Loopback, _targetPort, _stopping.Token).ConfigureAwait(false);
                await Task.WhenAny(PumpAsync(client, target, _requests, false), PumpAsync(target, client, _answers, true))
                    .ConfigureAwait(false);
            }
            catch (Exception exception) when (IsEnd(exception))
            {
                // The target refuses, or the relay ends: so does this connection.
            }

            _connections.TryRemove(client, out _);
        }
    }

    private async Task PumpAsync(Socket from, Socket to, Gate gate, bool areAnswers)
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            while (true)
            {
                int count = await from.ReceiveAsync(buffer, _stopping.Token).ConfigureAwait(false);
                if (areAnswers)
                {
                    Rewrite(buffer.AsSpan(0, count));
                }

                if (Delay > TimeSpan.Zero)
                {
                    await Task.Delay(Delay, _stopping.Token).ConfigureAwait(false);
                }

                await gate.Opened.ConfigureAwait(false);
                bool isTorn = areAnswers && Volatile.Read(ref _tearing) != 0;
                int passed = isTorn ? count / 2 : count;
                for (int sent = 0; sent < passed;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, passed - sent), _stopping.Token).ConfigureAwait(false);
                }

                if (count == 0 || isTorn)
                {
                    return;
                }
            }
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            // One side is gone: the connection ends.
        }
    }

    private void Rewrite(Span<byte> bytes)
    {
        foreach ((byte[] from, byte[] to) in _rewrites)
        {
            for (Span<byte> rest = bytes; rest.IndexOf(from) is >= 0 and int found; rest = rest[(found + from.Length)..])
            {
                to.CopyTo(rest[found..]);
            }
        }
    }

    /// <summary>What pumps wait at before they pass something on.</summary>
    private sealed class Gate
    {
        private volatile TaskCompletionSource _opened = Completed();

        public Task Opened => _opened.Task;

        public void Open() => _opened.TrySetResult();

        // Closed twice it is the same gate: nobody is left waiting at one that is never opened.
        public void Close()
        {
            if (Opened.IsCompleted)
            {
                _opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        private static TaskCompletionSource Completed()
        {
            var completed = new TaskCompletionSource();
            completed.SetResult();
            return completed;
        }
    }
}
