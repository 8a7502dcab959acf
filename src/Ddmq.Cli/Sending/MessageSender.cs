using Ddmq.Thrift.Client;
using Ddmq.Thrift.ProducerProxy;

namespace Ddmq.Cli.Sending;

/// <summary>
/// Sends messages one behind the other without waiting for each reply, a bounded number of them in flight. Outcomes
/// come in the order of the messages.
/// </summary>
/// <param name="client">The connection; stays the caller's.</param>
/// <param name="window">Messages in flight at most.</param>
/// <param name="timeoutMs">The timeout <c>sendSync</c> passes on; null for <c>sendAsync</c>, which has the proxy's own.</param>
internal sealed class MessageSender(ProducerClient client, int window, long? timeoutMs)
{
    private readonly Queue<(long Number, Task<Result> Reply)> _inFlight = new();

    /// <summary>
    /// Sends until there are no more messages, the connection is lost, or the token is cancelled; then waits for the
    /// replies that are still to come. A refused message does not stop those behind it.
    /// </summary>
    /// <param name="bodies">The bodies; each is used before the next is asked for.</param>
    /// <param name="template">The rest of each message.</param>
    /// <param name="report">Told of each outcome.</param>
    /// <param name="cancellationToken">Ends the sending.</param>
    /// <returns>Whether all bodies were sent.</returns>
    public async Task<bool> SendAsync(
        IAsyncEnumerable<ReadOnlyMemory<byte>> bodies,
        SendTemplate template,
        Action<SendOutcome> report,
        CancellationToken cancellationToken)
    {
        long number = 0;
        bool isConnected = true;
        try
        {
            await foreach (ReadOnlyMemory<byte> body in bodies.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                // What has its reply is reported before anything waits: somebody may be typing the messages.
                while (isConnected && _inFlight.TryPeek(out (long, Task<Result> Reply) oldest)
                    && (_inFlight.Count >= window || oldest.Reply.IsCompleted))
                {
                    isConnected = await ReportOldestAsync(report).ConfigureAwait(false);
                }

                if (!isConnected || cancellationToken.IsCancellationRequested)
                {
                    break;
                }

                _inFlight.Enqueue((++number, Send(template.With(body))));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Those in flight have been sent; what became of them is still worth knowing.
        }

        bool isComplete = isConnected && !cancellationToken.IsCancellationRequested;
        while (_inFlight.Count > 0)
        {
            isConnected &= await ReportOldestAsync(report).ConfigureAwait(false);
        }

        return isComplete;
    }

    private Task<Result> Send(Message message)
    {
        try
        {
            // Encoded before this returns, so the body may be overwritten afterwards.
            return timeoutMs is { } timeout
                ? client.SendSyncAsync(message, timeout, CancellationToken.None)
                : client.SendAsyncAsync(message, CancellationToken.None);
        }
        catch (IOException exception)
        {
            return Task.FromException<Result>(exception);
        }
    }

    /// <summary>Waits for the oldest reply. False when the connection is lost.</summary>
    private async Task<bool> ReportOldestAsync(Action<SendOutcome> report)
    {
        (long number, Task<Result> reply) = _inFlight.Dequeue();
        try
        {
            Result result = await reply.ConfigureAwait(false);
            report(new SendOutcome(number, result.Code, result.Msg.ToText() ?? ""));
            return true;
        }
        catch (ThriftCallException exception)
        {
            report(new SendOutcome(number, null, exception.Message));
            return true;
        }
        catch (Exception exception) when (exception is IOException or TimeoutException)
        {
            report(new SendOutcome(number, null, exception.Message));
            return false;
        }
    }
}
