using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Ddmq.TestKit.Network;

/// <summary>
/// A loopback port that passes everything on to another as if that were far away: each byte arrives so much later, in each direction, and any
/// number of bytes are on the way at a time (<see cref="TcpRelay"/> passes one piece on after the other), or so many per second. For one
/// measurement at a time.
/// </summary>
public sealed class DistantRelay : IAsyncDisposable
{
    private readonly int _targetPort;
    private readonly TimeSpan _distance;
    private readonly double _bytesPerSecond;
    private readonly Lock _lock = new();
    private long _free;
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;

    /// <summary>Begins to pass on.</summary>
    /// <param name="targetPort">Where to.</param>
    /// <param name="port">From where.</param>
    /// <param name="distance">How much later bytes arrive, in each direction; to the millisecond.</param>
    /// <param name="bytesPerSecond">How many bytes all connections together move to the target at most; the rest queues. No end to it by default.</param>
    public DistantRelay(int targetPort, int port, TimeSpan distance, double bytesPerSecond = double.PositiveInfinity)
    {
        _targetPort = targetPort;
        _distance = distance;
        _bytesPerSecond = bytesPerSecond;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
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
                relays.Add(RelayAsync(await _listener.AcceptAsync(_stopping.Token).ConfigureAwait(false)));
            }
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            await Task.WhenAll(relays).ConfigureAwait(false);
        }
    }

    private async Task RelayAsync(Socket client)
    {
        using var target = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (client)
        {
            client.NoDelay = true;
            try
            {
                await target.ConnectAsync(IPAddress.Loopback, _targetPort, _stopping.Token).ConfigureAwait(false);
            }
            catch (Exception exception) when (IsEnd(exception))
            {
                return;
            }

            Task there = PassAsync(client, target, _bytesPerSecond);
            Task back = PassAsync(target, client, double.PositiveInfinity);
            await Task.WhenAny(there, back).ConfigureAwait(false);
            client.Dispose();
            target.Dispose();
            await Task.WhenAll(there, back).ConfigureAwait(false);
        }
    }

    private async Task PassAsync(Socket from, Socket to, double bytesPerSecond)
    {
        var onTheWay = Channel.CreateUnbounded<(byte[] Bytes, long Sent)>();
        Task arriving = ArriveAsync(onTheWay.Reader, to);

        // Pieces that take some milliseconds each at most, so that the last byte of one does not hold up the first.
        byte[] buffer = new byte[(int)Math.Clamp(bytesPerSecond / 200, 1, 64 * 1024)];
        try
        {
            int count;
            while ((count = await from.ReceiveAsync(buffer, _stopping.Token).ConfigureAwait(false)) > 0)
            {
                onTheWay.Writer.TryWrite((buffer[..count], Sent(count, bytesPerSecond)));
            }
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            // This side is gone; what it has sent still arrives.
        }

        onTheWay.Writer.Complete();
        await arriving.ConfigureAwait(false);
    }

    // When so many bytes are on the way: after those before them.
    private long Sent(int count, double bytesPerSecond)
    {
        long now = Stopwatch.GetTimestamp();
        if (double.IsInfinity(bytesPerSecond))
        {
            return now;
        }

        lock (_lock)
        {
            return _free = Math.Max(_free, now) + (long)(count / bytesPerSecond * Stopwatch.Frequency);
        }
    }

    private async Task ArriveAsync(ChannelReader<(byte[] Bytes, long Sent)> onTheWay, Socket to)
    {
        try
        {
            await foreach ((byte[] bytes, long sent) in onTheWay.ReadAllAsync(_stopping.Token).ConfigureAwait(false))
            {
                TimeSpan left = _distance - Stopwatch.GetElapsedTime(sent); // longer while its turn on the way is still to come
                if (left > TimeSpan.Zero)
                {
                    await Task.Delay(left, _stopping.Token).ConfigureAwait(false);
                }

                for (int passed = 0; passed < bytes.Length;)
                {
                    passed += await to.SendAsync(bytes.AsMemory(passed), _stopping.Token).ConfigureAwait(false);
                }
            }
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            // The other side is gone, or the relay ends.
        }
    }
}
