using System.Collections.Concurrent;
using System.Text;
using Confluent.Kafka;
using Ddmq.Core.Messages;
using Ddmq.Storage.Kafka;
using Ddmq.Storage.Kafka.Clients;
using Ddmq.Storage.Kafka.Metadata;
using Ddmq.Storage.Kafka.Metrics;
using Ddmq.Storage.Kafka.Sending;
using Ddmq.TestKit.Proxy;
using Ddmq.TestKit.Storage;
using Ddmq.TestKit.Time;

namespace Ddmq.UnitTests.Storage.Kafka;

/// <summary>The store's sending side over clients and a cluster that the test plays.</summary>
internal sealed class SendFixture : IKafkaClients, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly BlockingCollection<(string? Topic, TaskCompletionSource<MetadataReply> Reply)> _questions = [];
    private readonly ConcurrentQueue<SendOperation> _taken = new();

    public SendFixture(Func<KafkaStoreOptions, KafkaStoreOptions>? change = null, int messagesInRequest = 10_000)
    {
        var options = new KafkaStoreOptions { BootstrapServers = ["a:1"] };
        options = change is null ? options : change(options);
        Trouble = new ClusterTrouble("a:1", Log);
        Metadata = new MetadataLoop(options, Time, Trouble, Log);
        Context = new SendContext
        {
            Requests = new RequestLimits(Made: 3, messagesInRequest),
            Options = options,
            Time = Time,
            Counters = Counters,
            Pool = new OperationPool(Counters),
            Clients = this,
            Waiting = new WaitingMessages(options, Time, Counters),
            Metadata = Metadata,
        };
        Metadata.Start(this);
    }

    public ManualTimeProvider Time { get; } = new();

    public CapturedLog Log { get; } = new();

    public KafkaStoreCounters Counters { get; } = new();

    public ClusterTrouble Trouble { get; }

    public MetadataLoop Metadata { get; }

    public SendContext Context { get; }

    /// <summary>How many more messages the client takes.</summary>
    public int Room { get; set; } = int.MaxValue;

    /// <summary>What the client says without room.</summary>
    public ErrorCode WithoutRoom { get; set; } = ErrorCode.Local_QueueFull;

    /// <summary>Called, once, in the middle of handing the next message over.</summary>
    public Action? WhileHandingOver { get; set; }

    /// <summary>Where the messages went, in the order in which the client took them.</summary>
    public List<int> Partitions { get; } = [];

    /// <summary>The texts of what the client took, in order.</summary>
    public IReadOnlyList<string> Taken => [.. _taken.Select(operation => Encoding.UTF8.GetString(operation.Request.Body.Span))];

    public KafkaTopic NewTopic(string name = "t") => new(Encoding.UTF8.GetBytes(name), Context);

    public Task<SendResult> Send(KafkaTopic topic, string body, TimeSpan? deadline = null, int partitionId = 0, Action<SendRequest>? change = null)
    {
        SendRequest request = TestRequests.Create(topic.Name, body, partitionId: partitionId);
        request.DeadlineTimestamp = deadline is { } after ? Time.GetTimestamp() + (long)(after.TotalSeconds * Time.TimestampFrequency) : 0;
        change?.Invoke(request);
        SendOperation operation = Context.Pool.Rent(request, topic) ?? throw new InvalidOperationException("the pool is closed");
        Task<SendResult> result = operation.Task.AsTask();
        topic.Send(operation);
        return result;
    }

    /// <summary>Waits for the loop's next question, which must be about that topic, and answers it.</summary>
    public void Answer(string? topic, MetadataReply reply)
    {
        if (!_questions.TryTake(out (string? Topic, TaskCompletionSource<MetadataReply> Reply) question, Patience))
        {
            throw new TimeoutException($"nobody asked about {topic}");
        }

        if (question.Topic != topic)
        {
            throw new InvalidOperationException($"asked about {question.Topic}, not {topic}");
        }

        question.Reply.SetResult(reply);
    }

    /// <summary>Makes the topic's partitions known and waits until the loop has taken that in.</summary>
    public async Task Know(KafkaTopic topic, int partitions = 4)
    {
        Task<bool> known = Metadata.WarmUpAsync([topic], CancellationToken.None);
        Answer(topic.Name, MetadataReply.From(ErrorCode.NoError, partitions));
        await known.WaitAsync(Patience);
    }

    public bool AsksNothing() => _questions.Count == 0;

    public ErrorCode Produce(SendOperation operation, KafkaPartition partition)
    {
        Action? meanwhile = WhileHandingOver;
        WhileHandingOver = null;
        meanwhile?.Invoke();
        if (Room == 0)
        {
            return WithoutRoom;
        }

        Room--;
        Partitions.Add(partition.Name.Partition.Value);
        _taken.Enqueue(operation);
        return ErrorCode.NoError;
    }

    public MetadataReply Ask(string? topic, TimeSpan limit)
    {
        var reply = new TaskCompletionSource<MetadataReply>();
        _questions.Add((topic, reply));
        return reply.Task.GetAwaiter().GetResult();
    }

    /// <summary>Answers what the client has taken by now; what is handed over meanwhile waits for the next call.</summary>
    public void SettleAll(SendResult result, List<string>? texts = null) => Settle(_taken.Count, result, texts);

    /// <summary>Answers the first of what the client has taken.</summary>
    public void Settle(int count, SendResult result, List<string>? texts = null)
    {
        for (int left = count; left > 0 && _taken.TryDequeue(out SendOperation? operation); left--)
        {
            texts?.Add(Encoding.UTF8.GetString(operation.Request.Body.Span));
            Context.Pool.Settle(operation, result);
        }
    }

    /// <summary>Answers the message that the client took last.</summary>
    public void SettleLast(SendResult result)
    {
        SendOperation[] taken = [.. _taken];
        _taken.Clear();
        foreach (SendOperation operation in taken[..^1])
        {
            _taken.Enqueue(operation);
        }

        Context.Pool.Settle(taken[^1], result);
    }

    public void Dispose()
    {
        // The loop may be in the middle of a question that no test will answer.
        var stopping = new Thread(Metadata.Dispose) { IsBackground = true };
        stopping.Start();
        while (stopping.IsAlive)
        {
            if (_questions.TryTake(out (string? Topic, TaskCompletionSource<MetadataReply> Reply) question, 1))
            {
                question.Reply.SetResult(MetadataReply.Failed(ErrorCode.Local_Destroy));
            }
        }

        stopping.Join();
        Context.Waiting.Dispose();
        _questions.Dispose();
    }
}
