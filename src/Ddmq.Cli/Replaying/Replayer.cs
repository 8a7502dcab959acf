using System.Diagnostics;
using Ddmq.Cli.Sending;
using Ddmq.Thrift.Client;
using Ddmq.Thrift.ProducerProxy;

namespace Ddmq.Cli.Replaying;

/// <summary>
/// Sends messages one behind the other on one connection, which keeps their order, a bounded number of them in flight and no more a second
/// than asked for. Not thread-safe.
/// </summary>
/// <param name="client">The connection; stays the caller's.</param>
/// <param name="timeoutMs">What <c>sendSync</c> passes on.</param>
/// <param name="perSecond">Messages a second; null for no limit.</param>
/// <param name="report">Told of each outcome, with the number of the message's line; in the order of the messages.</param>
internal sealed class Replayer(ProducerClient client, long timeoutMs, double? perSecond, Action<SendOutcome> report)
{
    private const int Window = 64;

    private readonly Queue<(long Line, Task<Result> Reply)> _inFlight = new();
    private readonly long _begun = Stopwatch.GetTimestamp();
    private long _sent;

    /// <summary>Sends a message when it is its turn.</summary>
    /// <returns>False when the connection is lost; what was in flight has been reported.</returns>
    public async Task<bool> SendAsync(long line, Message message, CancellationToken cancellationToken)
    {
        if (perSecond is { } rate
            && TimeSpan.FromSeconds(_sent / rate) - Stopwatch.GetElapsedTime(_begun) is { Ticks: > 0 } early)
        {
            await Task.Delay(early, cancellationToken).ConfigureAwait(false);
        }

        if (_inFlight.Count == Window && !await ReportOldestAsync().ConfigureAwait(false))
        {
            await FinishAsync().ConfigureAwait(false);
            return false;
        }

        _sent++;
        try
        {
            _inFlight.Enqueue((line, client.SendSyncAsync(message, timeoutMs, CancellationToken.None)));
        }
        catch (IOException exception)
        {
            _inFlight.Enqueue((line, Task.FromException<Result>(exception)));
            await FinishAsync().ConfigureAwait(false);
            return false;
        }

        return true;
    }

    /// <summary>Waits for the replies that are still to come.</summary>
    /// <returns>False when the connection was lost.</returns>
    public async Task<bool> FinishAsync()
    {
        bool isConnected = true;
        while (_inFlight.Count > 0)
        {
            isConnected &= await ReportOldestAsync().ConfigureAwait(false);
        }

        return isConnected;
    }

    private async Task<bool> ReportOldestAsync()
    {
        (long line, Task<Result> reply) = _inFlight.Dequeue();
        try
        {
            Result result = await reply.ConfigureAwait(false);
            report(new SendOutcome(line, result.Code, result.Msg.ToText() ?? ""));
            return true;
        }
        catch (ThriftCallException exception)
        {
            report(new SendOutcome(line, null, exception.Message));
            return true;
        }
        catch (Exception exception) when (exception is IOException or TimeoutException)
        {
            report(new SendOutcome(line, null, exception.Message));
            return false;
        }
    }
}
