using System.Net.Sockets;
using Ddmq.Thrift.ProducerProxy;
using Ddmq.Thrift.Protocol;

namespace Ddmq.Thrift.Client;

/// <summary>
/// A client of <c>ProducerService</c> over one connection. Thread-safe; any number of calls may be on the way, and the
/// server answers them in their order.
/// <para>
/// Messages are encoded before a method returns its task; they may be changed after that. Results belong to the caller.
/// Every call fails with <see cref="IOException"/> when the connection breaks or is closed (it stays broken: make a new
/// client), <see cref="TimeoutException"/> after <see cref="CallTimeout"/>, <see cref="ThriftCallException"/> when the
/// server says it could not make the call. After an <see cref="IOException"/>, a timeout or a cancellation the message
/// may have been stored all the same.
/// </para>
/// </summary>
public sealed class ProducerClient : IAsyncDisposable
{
    private readonly ThriftConnection _connection;
    private readonly string _peer;

    private ProducerClient(ThriftConnection connection, string peer)
    {
        _connection = connection;
        _peer = peer;
    }

    /// <summary>How long to wait for each reply; default 10 s. <see cref="Timeout.InfiniteTimeSpan"/> waits forever.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Connects to a proxy.</summary>
    /// <exception cref="IOException">There is no connection to be had; the message says with what.</exception>
    public static async Task<ProducerClient> ConnectAsync(
        string host, int port, ThriftProtocol protocol = ThriftProtocol.Compact, CancellationToken cancellationToken = default)
    {
        string peer = $"{host}:{port}";
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(host, port, cancellationToken).ConfigureAwait(false);
            return new ProducerClient(new ThriftConnection(socket, protocol, peer), peer);
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw new IOException($"Cannot connect to {peer}: {error.Message}", error);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Stores one message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="timeoutMs">How long the proxy may take; not how long this client waits.</param>
    /// <param name="cancellationToken">Ends the waiting, not the call.</param>
    public async Task<Result> SendSyncAsync(Message message, long timeoutMs, CancellationToken cancellationToken = default)
    {
        var arguments = new SendSyncArgs { Message = message, Timeout = timeoutMs };
        SendSyncResult reply = await CallAsync<SendSyncArgs, SendSyncResult>(
            ProducerServiceMethod.SendSync, arguments, cancellationToken).ConfigureAwait(false);
        return reply.Success ?? throw Missing(ProducerServiceMethod.SendSync);
    }

    /// <summary>Stores one message with the proxy's own time limit.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Ends the waiting, not the call.</param>
    public async Task<Result> SendAsyncAsync(Message message, CancellationToken cancellationToken = default)
    {
        var arguments = new SendAsyncArgs { Message = message };
        SendAsyncResult reply = await CallAsync<SendAsyncArgs, SendAsyncResult>(
            ProducerServiceMethod.SendAsync, arguments, cancellationToken).ConfigureAwait(false);
        return reply.Success ?? throw Missing(ProducerServiceMethod.SendAsync);
    }

    /// <summary>Stores several messages; one result covers them all.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="cancellationToken">Ends the waiting, not the call.</param>
    public async Task<Result> SendBatchSyncAsync(IReadOnlyList<Message> messages, CancellationToken cancellationToken = default)
    {
        var list = new ThriftList<Message>();
        foreach (Message message in messages)
        {
            list.Add(message);
        }

        var arguments = new SendBatchSyncArgs { Messages = list };
        SendBatchSyncResult reply = await CallAsync<SendBatchSyncArgs, SendBatchSyncResult>(
            ProducerServiceMethod.SendBatchSync, arguments, cancellationToken).ConfigureAwait(false);
        return reply.Success ?? throw Missing(ProducerServiceMethod.SendBatchSync);
    }

    /// <summary>Adds or cancels a delayed message.</summary>
    /// <param name="message">The message, or the cancel order.</param>
    /// <param name="timeoutMs">How long the proxy may take; not how long this client waits.</param>
    /// <param name="cancellationToken">Ends the waiting, not the call.</param>
    public async Task<DelayResult> SendDelaySyncAsync(
        DelayMessage message, long timeoutMs, CancellationToken cancellationToken = default)
    {
        var arguments = new SendDelaySyncArgs { DelayMessage = message, Timeout = timeoutMs };
        SendDelaySyncResult reply = await CallAsync<SendDelaySyncArgs, SendDelaySyncResult>(
            ProducerServiceMethod.SendDelaySync, arguments, cancellationToken).ConfigureAwait(false);
        return reply.Success ?? throw Missing(ProducerServiceMethod.SendDelaySync);
    }

    /// <summary>Closes the connection; calls that are on the way fail with <see cref="IOException"/>.</summary>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task<TReply> CallAsync<TArgs, TReply>(
        ProducerServiceMethod method, TArgs arguments, CancellationToken cancellationToken)
        where TArgs : class, IThriftStruct
        where TReply : class, IThriftStruct, new()
    {
        cancellationToken.ThrowIfCancellationRequested();
        var call = new StructCall<TReply>(method);
        _connection.Send(call, ProducerServiceMethods.Name(method), arguments);
        try
        {
            return await call.Reply.WaitAsync(CallTimeout, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"No reply from {_peer} to {method} within {CallTimeout.TotalMilliseconds} ms. "
                + "The message may have been stored all the same.");
        }
    }

    private static ThriftCallException Missing(ProducerServiceMethod method) =>
        new(ThriftApplicationError.MissingResult, $"{method}: the reply has no result");
}
