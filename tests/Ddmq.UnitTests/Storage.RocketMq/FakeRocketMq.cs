using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;
using Ddmq.Storage.RocketMq.Remoting;

namespace Ddmq.UnitTests.Storage.RocketMq;

/// <summary>
/// A name server and broker in this process that speaks the protocol's real bytes and does what the test says. Answers routes from
/// <see cref="Routes"/>, heartbeats with 0, and sends with <see cref="OnSend"/>; every request is kept.
/// </summary>
internal sealed class FakeRocketMq : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly ConcurrentDictionary<int, FakeConnection> _connections = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly X509Certificate2? _certificate;
    private readonly Task _accepting;
    private readonly ConcurrentQueue<FakeRequest> _requests = new();
    private readonly Channel<FakeRequest> _sends = Channel.CreateUnbounded<FakeRequest>();
    private long _nextOffset = -1;
    private int _accepted;

    public FakeRocketMq(string name = "broker-a", X509Certificate2? certificate = null, int port = 0)
    {
        Name = name;
        _certificate = certificate;
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        _listener.Listen();
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        OnSend = (request, connection) => connection.Reply(request, offset: Interlocked.Increment(ref _nextOffset));
        OnRoute = topic => Routes.TryGetValue(topic, out string? route) ? route : null;
        _accepting = AcceptAsync();
    }

    public string Name { get; }

    public int Port { get; }

    public string Address => $"127.0.0.1:{Port}";

    /// <summary>Routes by topic, JSON as it goes out. A topic that is not there is answered 17.</summary>
    public ConcurrentDictionary<string, string> Routes { get; } = new();

    /// <summary>What is answered to a question for a route; null is 17.</summary>
    public Func<string, string?> OnRoute { get; set; }

    /// <summary>What is done with a send or a batch. By default it is answered 0, with offsets that count from 0 over all queues.</summary>
    public Action<FakeRequest, FakeConnection> OnSend { get; set; }

    /// <summary>Every request so far.</summary>
    public IReadOnlyList<FakeRequest> Requests => [.. _requests];

    /// <summary>Sends and batches so far.</summary>
    public IReadOnlyList<FakeRequest> Sends => [.. _requests.Where(request => request.IsSend)];

    /// <summary>Open connections.</summary>
    public IReadOnlyList<FakeConnection> Connections => [.. _connections.Values];

    /// <summary>Connections accepted so far.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>A route of one topic with queues on these brokers.</summary>
    public static string Route(int queues, params FakeRocketMq[] brokers) => Route(queues, 6, null, brokers);

    /// <summary>The same with everything that a route can say.</summary>
    public static string Route(int queues, int permission, string? order, params FakeRocketMq[] brokers)
    {
        string orderText = order is null ? "" : $$""","orderTopicConf":"{{order}}" """;
        string addresses = string.Join(',', brokers.Select(broker =>
            $$$"""{"brokerAddrs":{0:"{{{broker.Address}}}"},"brokerName":"{{{broker.Name}}}","cluster":"c"}"""));
        string queueData = string.Join(',', brokers.Select(broker =>
            $$"""{"brokerName":"{{broker.Name}}","perm":{{permission}},"readQueueNums":{{queues}},"topicSynFlag":0,"writeQueueNums":{{queues}}}"""));
        return $$"""{"brokerDatas":[{{addresses}}],"filterServerTable":{},"queueDatas":[{{queueData}}]{{orderText}}}""";
    }

    /// <summary>The next send or batch, as they come.</summary>
    public async Task<FakeRequest> NextSendAsync() => await _sends.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>Closes all connections; new ones are taken.</summary>
    public void DropConnections()
    {
        foreach (FakeConnection connection in Connections)
        {
            connection.Close();
        }
    }

    /// <summary>Takes no more connections, as a process that has ended.</summary>
    public void StopListening() => _listener.Dispose();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        DropConnections();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptAsync(_stopping.Token);
                serving.Add(Task.Run(() => ServeAsync(socket, Interlocked.Increment(ref _accepted))));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket socket, int number)
    {
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            if (_certificate is not null)
            {
                var tls = new SslStream(stream);
                stream = tls;
                await tls.AuthenticateAsServerAsync(_certificate);
            }

            var connection = new FakeConnection(stream, socket);
            _connections[number] = connection;
            if (_stopping.IsCancellationRequested)
            {
                return;
            }

            byte[] length = new byte[4];
            while (true)
            {
                await connection.Reading.WaitAsync(_stopping.Token);
                await stream.ReadExactlyAsync(length, _stopping.Token);
                byte[] frame = new byte[4 + BinaryPrimitives.ReadInt32BigEndian(length)];
                length.CopyTo(frame, 0);
                await stream.ReadExactlyAsync(frame.AsMemory(4), _stopping.Token);
                Handle(FakeRequest.Parse(frame, number), connection);
            }
        }
        catch (Exception exception) when (
            exception is IOException or OperationCanceledException or ObjectDisposedException or SocketException
                or System.Security.Authentication.AuthenticationException)
        {
            // The client has gone, or the test has closed the connection.
        }
        finally
        {
            _connections.TryRemove(number, out _);
            await stream.DisposeAsync();
        }
    }

    private void Handle(FakeRequest request, FakeConnection connection)
    {
        _requests.Enqueue(request);
        switch (request.Code)
        {
            case RequestCode.GetRoute:
                string? route = OnRoute(request.Fields["topic"]);
                connection.Reply(request, route is null ? ResponseCode.TopicNotExist : 0, body: Encoding.UTF8.GetBytes(route ?? ""));
                break;
            case RequestCode.SendMessageV2 or RequestCode.SendBatch:
                OnSend(request, connection);
                _sends.Writer.TryWrite(request);
                break;
            default:
                connection.Reply(request);
                break;
        }
    }
}
