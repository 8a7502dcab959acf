using System.Text;
using Ddmq.Core.Diagnostics;
using Ddmq.Core.Diagnostics.Recording;
using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;
using Ddmq.Core.Spooling;
using Ddmq.Core.Storage;
using Ddmq.Core.Topics;
using Ddmq.Proxy.Thrift;
using Ddmq.TestKit.Proxy;
using Ddmq.Thrift.ProducerProxy;
using Ddmq.Thrift.Protocol;
using Ddmq.Thrift.Server;
using Ddmq.UnitTests.Spooling;
using Ddmq.UnitTests.Thrift.Server;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Ddmq.UnitTests.Proxy;

/// <summary>
/// What a message costs from its frame to its reply in managed memory: nothing, once the places it uses have been used
/// before. Everything but the socket and the store is the real thing.
/// </summary>
public sealed class ProducerServiceAllocationTests : IDisposable
{
    private readonly CompletingStore _store = new();
    private readonly SendPipeline _pipeline;
    private readonly ThriftConnection _connection;
    private readonly byte[] _replies = new byte[64 * 1024];

    public ProducerServiceAllocationTests()
    {
        var catalog = new TopicCatalog(null, 0);
        var cluster = new Cluster("A", _store);
        catalog.Replace(
            [
                (new TopicConfig { Topic = "orders" }, [cluster]),
                (new TopicConfig { Topic = "safe", Policy = new TopicPolicy { Durability = TopicDurability.SpoolOnFailure } }, [cluster]),
            ],
            "");
        var spool = new Spool(new SpoolSettings(), () => throw new SpoolException("nothing is spooled here"), TimeProvider.System, NullLogger<Spool>.Instance);
        var delivery = new SpoolDelivery(
            spool, catalog, name => new Cluster(name, null), () => [], new MemoryDropFile(), TimeProvider.System, NullLogger<SpoolDelivery>.Instance);
        _pipeline = new SendPipeline(
            catalog, new SendTimeouts(), TimeProvider.System, new DropLog(NullLogger.Instance, keepsBodies: true), NullLogger<SendPipeline>.Instance,
            recorder: new MessageRecorder(1024, TimeProvider.System), spool: delivery);
        var service = new ProducerService(_pipeline, 1000, long.MaxValue, exception => throw exception);
        _connection = new ThriftConnection(new ThriftDispatcher(service.OnCall, new ThriftServerOptions()), new FakeTransport());
    }

    public static TheoryData<string, ThriftProtocol, bool> Calls
    {
        get
        {
            var data = new TheoryData<string, ThriftProtocol, bool>();
            foreach (ThriftProtocol protocol in Enum.GetValues<ThriftProtocol>())
            {
                foreach (bool later in new[] { false, true })
                {
                    data.Add("sendSync", protocol, later);
                    data.Add("sendAsync", protocol, later);
                    data.Add("sendBatchSync", protocol, later);
                }
            }

            return data;
        }
    }

    public void Dispose() => _pipeline.Dispose();

    [Theory]
    [MemberData(nameof(Calls))]
    public void Call_SteadyState_AllocatesNothing(string method, ThriftProtocol protocol, bool completesLater)
    {
        _store.CompletesLater = completesLater;
        byte[] frame = Frame(method, protocol);
        for (int i = 0; i < 300; i++)
        {
            Assert.True(Serve(frame) > 0);
        }

        Assert.Equal(0, AllocatedBy(frame));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Call_TopicThatMaySpoolOnAWorkingCluster_AllocatesNothing(bool completesLater)
    {
        _store.CompletesLater = completesLater;
        byte[] frame = RawClient.SendSync("safe");
        for (int i = 0; i < 300; i++)
        {
            Assert.True(Serve(frame) > 0);
        }

        Assert.Equal(0, AllocatedBy(frame));
    }

    [Theory]
    [InlineData(5_000, false)]
    [InlineData(100_000, true)]
    [InlineData(1_000_000, true)]
    public void Call_LargeBody_AllocatesNothing(int size, bool completesLater)
    {
        _store.CompletesLater = completesLater;
        byte[] frame = RawClient.SendSync("orders", body: new string('x', size));
        for (int i = 0; i < 300; i++)
        {
            Assert.True(Serve(frame) > 0);
        }

        Assert.Equal(0, AllocatedBy(frame));
    }

    // A lock that the wheel's timer happens to hold makes itself an event to wait for, once.
    private long AllocatedBy(byte[] frame) => Allocated.By(() =>
    {
        for (int i = 0; i < 1000; i++)
        {
            Serve(frame);
        }
    });

    private int Serve(byte[] frame)
    {
        _connection.Receive(frame);
        _store.CompleteAll();
        return _connection.TakeReplies(_replies);
    }

    private static byte[] Frame(string method, ThriftProtocol protocol)
    {
        Message message = Message();
        var messages = new ThriftList<Message>();
        for (int i = 0; i < 20; i++)
        {
            messages.Add(Message());
        }

        return method switch
        {
            "sendSync" => RawClient.Frame(method, 1, protocol, new SendSyncArgs { Message = message, Timeout = 5000 }),
            "sendAsync" => RawClient.Frame(method, 1, protocol, new SendAsyncArgs { Message = message }),
            _ => RawClient.Frame(method, 1, protocol, new SendBatchSyncArgs { Messages = messages }),
        };
    }

    private static Message Message()
    {
        var message = new Message
        {
            Topic = "orders"u8.ToArray(),
            Key = "order-12345"u8.ToArray(),
            Tags = "a||b"u8.ToArray(),
            Body = Encoding.ASCII.GetBytes(new string('x', 100)),
            Properties = new ThriftMap(),
        };
        message.Properties.Add("traceId"u8.ToArray(), "t-1"u8.ToArray());
        return message;
    }

    /// <summary>Completes at once, or when told, without allocating itself.</summary>
    private sealed class CompletingStore : IMessageStore
    {
        private readonly Stack<Operation> _free = new();
        private readonly List<Operation> _waiting = [];

        public bool CompletesLater { get; set; }

        public int MaxMessageSize => Topic.DefaultMaxMessageSize;

        public string? Trouble => null;

        public ValueTask<SendResult> SendAsync(SendRequest request)
        {
            if (!CompletesLater)
            {
                return new ValueTask<SendResult>(SendResult.Ok());
            }

            Operation operation = _free.TryPop(out Operation? free) ? free : new Operation();
            _waiting.Add(operation);
            return operation.Begin();
        }

        public void CompleteAll()
        {
            foreach (Operation operation in _waiting)
            {
                operation.Complete();
                _free.Push(operation);
            }

            _waiting.Clear();
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Operation : System.Threading.Tasks.Sources.IValueTaskSource<SendResult>
    {
        private System.Threading.Tasks.Sources.ManualResetValueTaskSourceCore<SendResult> _core;

        public ValueTask<SendResult> Begin()
        {
            _core.Reset();
            return new ValueTask<SendResult>(this, _core.Version);
        }

        public void Complete() => _core.SetResult(SendResult.Ok());

        public SendResult GetResult(short token) => _core.GetResult(token);

        public System.Threading.Tasks.Sources.ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

        public void OnCompleted(
            Action<object?> continuation, object? state, short token, System.Threading.Tasks.Sources.ValueTaskSourceOnCompletedFlags flags) =>
            _core.OnCompleted(continuation, state, token, flags);
    }
}
