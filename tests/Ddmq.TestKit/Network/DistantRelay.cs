using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Ddmq.TestKit.Network;

/// <summary>
/// A loopback port that passes everything on to another as if that were far away: each byte arrives so much later, in each direction, and any
/// number of bytes are on the way at a time (<see cref="TcpRelay"/> passes one piece on after the other). For one measurement at a time.
/// </summary>
public sealed class DistantRelay : IAsyncDisposable
{
    private readonly int _targetPort;
    private readonly TimeSpan _distance;
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;

    /// <summary>Begins to pass on.</summary>
    /// <param name="targetPort">Where to.</param>
    /// <param name="port">From where.</param>
    /// <param name="distance">How much later bytes arrive, in each direction; to the millisecond.</param>
    public DistantRelay(int targetPort, int port, TimeSpan distance)
    {
        _targetPort = targetPort;
        _distance = distance;
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

            Task there = PassAsync(client, target);
            Task back = PassAsync(target, client);
            await Task.WhenAny(there, back).ConfigureAwait(false);
            client.Dispose();
            target.Dispose();
            await Task.WhenAll(there, back).ConfigureAwait(false);
        }
    }

    private async Task PassAsync(Socket from, Socket to)
    {
        var onTheWay = Channel.CreateUnbounded<(byte[] Bytes, long Sent)>();
        Task arriving = ArriveAsync(onTheWay.Reader, to);
        byte[] buffer = new byte[64 * 1024];
        try
        {
            int count;
            while ((count = await from.ReceiveAsync(buffer, _stopping.Token).ConfigureAwait(false)) > 0)
            {
                onTheWay.Writer.TryWrite((buffer[..count], Stopwatch.GetTimestamp()));
            }
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            // This side is gone; what it has sent still arrives.
        }

        onTheWay.Writer.Complete();
        await arriving.ConfigureAwait(false);
    }

    private async Task ArriveAsync(ChannelReader<(byte[] Bytes, long Sent)> onTheWay, Socket to)
    {
        try
        {
            await foreach ((byte[] bytes, long sent) in onTheWay.ReadAllAsync(_stopping.Token).ConfigureAwait(false))
            {
                TimeSpan left = _distance - Stopwatch.GetElapsedTime(sent);
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
