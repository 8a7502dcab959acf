using System.Diagnostics;
using System.Text;
using Ddmq.Cli.Bench;
using Ddmq.Core.Messages;
using Ddmq.Core.Storage;
using Ddmq.Core.Topics;
using Ddmq.Storage.Kafka;
using Ddmq.Storage.RocketMq;
using Ddmq.TestKit.Brokers;
using Ddmq.Thrift.ProducerProxy;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ddmq.Benchmarks;

/// <summary>
/// The whole proxy into a real broker, against the same client called directly from this process and a bare echo, one after the other in one run. Topic
/// <c>bench</c> has 4 partitions. Everything shares the CPUs: load, proxy and broker. The measure is CPU: the proxy's per message
/// against the sum of the echo's and the direct client's.
/// </summary>
internal static class BrokerBenchmark
{
    private const int Batch = 100;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(4);

    private sealed record Shape(int Connections, int BodySize, bool IsBatch);

    private static readonly Shape[] Shapes =
    [
        new(1, 100, false), new(16, 100, false), new(64, 100, false), new(64, 1024, false), new(16, 100, true), new(16, 1024, true),
    ];

    public static async Task RunAsync(string broker)
    {
        if (KafkaServer.WhyMissing is { } missing)
        {
            Console.Error.WriteLine(missing);
            return;
        }

        if (broker == "kafka")
        {
            await using KafkaServer server = await KafkaServer.StartAsync();
            await server.CreateTopicAsync("bench", 4);
            KafkaStore Start() => KafkaStore.Start(new KafkaStoreOptions { BootstrapServers = [server.BootstrapServers] }, TimeProvider.System, NullLogger.Instance);
            await RunAsync(broker, [("", Start, $"kafka={server.BootstrapServers}")], () => server.Process.CpuTime.TotalSeconds);
        }
        else
        {
            await using RocketMqCluster cluster = await RocketMqCluster.StartAsync(broker == "rocketmq5" ? 5 : 4);
            await cluster.CreateTopicAsync("bench", 4);
            RocketMqStore Start(bool gathers) => RocketMqStore.Start(
                new RocketMqStoreOptions { NameServers = [cluster.NameServerAddress], AutoBatch = new AutoBatchSettings { Enabled = gathers } },
                TimeProvider.System,
                NullLogger.Instance);
            await RunAsync(
                broker,
                [
                    ("", () => Start(false), $"rocketmq={cluster.NameServerAddress}"),
                    (" auto-batch", () => Start(true), $"rocketmq-batch={cluster.NameServerAddress}"),
                ],
                () => cluster.Brokers[0].Process.CpuTime.TotalSeconds);
        }
    }

    private static async Task RunAsync(string broker, (string Name, Func<IMessageStore> Start, string Server)[] clients, Func<double> brokerCpuSeconds)
    {
        Console.WriteLine($"{broker}: closed loop, {Duration.TotalSeconds} s each; CPU in us per message; load, proxy and broker on the same CPUs");
        Console.WriteLine(
            $"{"what",-20} {"conns",5} {"body",5} {"batch",5} {"msg/s",9} {"p50 us",7} {"p99 us",7} {"CPU",7} {"broker",7} {"per request",11} {"of echo+direct",15}");
        using BenchmarkServer bare = BenchmarkServer.Start("bare");
        foreach ((string name, Func<IMessageStore> start, string server) in clients)
        {
            await using IMessageStore store = start();
            await store.WarmUpAsync(["bench"], CancellationToken.None);
            using BenchmarkServer proxy = BenchmarkServer.Start(server);

            // JVM and JIT: the first seconds of both are not what they are later.
            await DirectAsync(store, Shapes[2], TimeSpan.FromSeconds(10));
            ThroughProxy(proxy, Shapes[2], TimeSpan.FromSeconds(29), TimeSpan.FromSeconds(1));
            foreach (Shape shape in Shapes)
            {
                LoadReport? echo = shape.IsBatch ? null : ThroughProxy(bare, shape, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(2));
                double brokerBefore = brokerCpuSeconds();
                RequestCounts requestsBefore = RequestCounts.Of(store);
                (double rate, double cpu, Latencies latencies) = await DirectAsync(store, shape, Duration);
                Print("client directly" + name, shape, rate, latencies.At(0.5), latencies.At(0.99), cpu, (brokerCpuSeconds() - brokerBefore) * 1e6 / latencies.Count / PerCall(shape), RequestCounts.Of(store).MeanSince(requestsBefore), null);

                ThroughProxy(proxy, shape, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(0.5));
                brokerBefore = brokerCpuSeconds();
                requestsBefore = RequestCounts.Of(proxy, broker);
                LoadReport report = ThroughProxy(proxy, shape, TimeSpan.Zero, Duration);
                Print(
                    "proxy" + name, shape, report.MessagesPerSecond, report.Latency.Percentile(50) / 1000.0, report.Latency.Percentile(99) / 1000.0,
                    report.ProxyCpuMicroseconds ?? 0, (brokerCpuSeconds() - brokerBefore) * 1e6 / (report.MessagesPerSecond * report.Elapsed.TotalSeconds),
                    RequestCounts.Of(proxy, broker).MeanSince(requestsBefore),
                    echo is null ? null : report.ProxyCpuMicroseconds / (echo.ProxyCpuMicroseconds + cpu));
            }
        }
    }

    /// <summary>
    /// Messages stored, and the requests that carried them: RocketMQ's requests; for Kafka what went to the client together, which makes its requests
    /// of it.
    /// </summary>
    private readonly record struct RequestCounts(double Messages, double Batches, double BatchMessages)
    {
        public static RequestCounts Of(IMessageStore store) =>
            store switch
            {
                RocketMqStore { Counters: { } counters } => new RequestCounts(counters.Stored, counters.Batches, counters.BatchMessages),
                KafkaStore { Counters: { } counters } => new RequestCounts(counters.Transferred, counters.Transfers, counters.Transferred),
                _ => default,
            };

        public static RequestCounts Of(BenchmarkServer proxy, string broker) => broker == "kafka"
            ? new RequestCounts(
                proxy.Metric("ddmq_kafka_transferred_messages_total"), proxy.Metric("ddmq_kafka_transfers_total"), proxy.Metric("ddmq_kafka_transferred_messages_total"))
            : new RequestCounts(
                proxy.Metric("ddmq_rocketmq_stored_total"), proxy.Metric("ddmq_rocketmq_batches_total"), proxy.Metric("ddmq_rocketmq_batch_messages_total"));

        public double? MeanSince(RequestCounts before)
        {
            double messages = Messages - before.Messages;
            double requests = messages - (BatchMessages - before.BatchMessages) + (Batches - before.Batches);
            return requests > 0 ? messages / requests : null;
        }
    }

    private static int PerCall(Shape shape) => shape.IsBatch ? Batch : 1;

    private static void Print(string what, Shape shape, double rate, double p50, double p99, double cpu, double broker, double? perRequest, double? ratio) => Console.WriteLine(
        $"{what,-20} {shape.Connections,5} {shape.BodySize,5} {PerCall(shape),5} {rate,9:N0} {p50,7:F0} {p99,7:F0} {cpu,7:F1} {broker,7:F1} {(perRequest is { } mean ? $"{mean:F1}" : "-"),11} {(ratio is { } value ? $"{value:F2}" : "-"),15}");

    private static LoadReport ThroughProxy(BenchmarkServer server, Shape shape, TimeSpan warmUp, TimeSpan duration)
    {
        LoadReport report = LoadGenerator.Run(new LoadOptions
        {
            EndPoint = server.EndPoint,
            Connections = shape.Connections,
            BodySize = shape.BodySize,
            Method = shape.IsBatch ? ProducerServiceMethod.SendBatchSync : ProducerServiceMethod.SendSync,
            Batch = Batch,
            Warmup = warmUp,
            Duration = duration,
            TimeoutMs = 5000,
            ProxyCpuSeconds = () => server.CpuSeconds,
        });
        return report.IsClean
            ? report
            : throw new InvalidOperationException($"{report.Replies.Failures} failures, {report.LostConnections} lost connections ({report.FirstLoss})");
    }

    /// <summary>Callers that send the next message, or batch, when the last is answered; they go on where the answer came.</summary>
    private static async Task<(double Rate, double CpuMicroseconds, Latencies Latencies)> DirectAsync(IMessageStore store, Shape shape, TimeSpan duration)
    {
        var latencies = new Latencies();
        var process = Process.GetCurrentProcess();
        TimeSpan cpu = process.TotalProcessorTime;
        long started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, shape.Connections).Select(_ => Task.Run(async () =>
        {
            SendRequest[] requests = [.. Enumerable.Range(0, PerCall(shape)).Select(number => Request(shape, number))];
            var sends = new ValueTask<SendResult>[requests.Length];
            while (Stopwatch.GetElapsedTime(started) < duration)
            {
                long call = Stopwatch.GetTimestamp();
                for (int i = 0; i < requests.Length; i++)
                {
                    requests[i].DeadlineTimestamp = call + (5 * Stopwatch.Frequency);
                    sends[i] = store.SendAsync(requests[i]);
                }

                foreach (ValueTask<SendResult> send in sends)
                {
                    SendResult result = await send.ConfigureAwait(false);
                    if (!result.IsOk)
                    {
                        throw new InvalidOperationException($"{result.Status}: {result.Detail}");
                    }
                }

                latencies.Add(call);
            }
        })));
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        process.Refresh();
        long messages = latencies.Count * PerCall(shape);
        return (messages / seconds, (process.TotalProcessorTime - cpu).TotalMicroseconds / messages, latencies);
    }

    private static SendRequest Request(Shape shape, int number) => new()
    {
        TopicName = "bench"u8.ToArray(),
        Key = Encoding.UTF8.GetBytes($"key-of-message-{number}"),
        Body = new byte[shape.BodySize],
        PartitionId = -2,
        Method = shape.IsBatch ? SendMethod.BatchSync : SendMethod.Sync,
        Topic = new Topic(new TopicConfig { Topic = "bench", AutoBatch = true }, [], new Core.Diagnostics.TopicLedger("bench")),
    };
}
