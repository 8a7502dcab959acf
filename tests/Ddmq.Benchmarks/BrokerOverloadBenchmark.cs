using Ddmq.Cli.Bench;
using Ddmq.Core.Messages;
using Ddmq.TestKit.Brokers;
using Ddmq.TestKit.Network;

namespace Ddmq.Benchmarks;

/// <summary>
/// Overload where the broker is the limit and not the CPUs: a real broker that is far away, and few requests in flight. So the
/// capacity is what is in flight by the round trip, some 1,500 messages per second. Kafka's client puts into a request whatever has gathered: there
/// a request has few messages; or the way is thin, and the capacity is its bytes per second. Good is what is answered 0. Wasted is what the
/// broker has stored and the proxy has answered with something else: capacity spent on nobody.
/// </summary>
internal static class BrokerOverloadBenchmark
{
    private const string Topic = "bench";
    private const int BodySize = 100;
    private const int Rounds = 3;
    private const int OverSeconds = 8;
    private const int AfterSeconds = 8;
    private const int RecoverySeconds = 5;
    private const double Aim = 0.90;

    // Longer, there and back, than what the proxy and every SDK allow an attempt beyond the client's timeout: what is sent just before it is too late.
    private static readonly TimeSpan Distance = TimeSpan.FromMilliseconds(20);

    // Of some 125 bytes a message.
    private const double ThinBytesPerSecond = 200_000;

    private static readonly TimeSpan SettlePoll = TimeSpan.FromMilliseconds(50);

    private static readonly (string Kind, string What)[] Kinds =
    [
        ("rocketmq-few", $"at most {BenchmarkServer.FewInFlight} requests in flight"),
        ("rocketmq-batch", "auto-batch, two requests in flight"),
    ];

    /// <param name="broker"><c>rocketmq</c>, <c>kafka</c>, or <c>broker</c> for both.</param>
    /// <param name="timeoutsMs">The clients'.</param>
    public static async Task RunAsync(string broker, int[] timeoutsMs)
    {
        string? lacksRocketMq = broker == "kafka" ? null : RocketMqCluster.WhyMissing;
        string? lacksKafka = broker == "rocketmq" ? null : KafkaServer.WhyMissing;
        if ((lacksRocketMq ?? lacksKafka) is { } missing)
        {
            Console.Error.WriteLine(missing);
            return;
        }

        if (broker != "kafka")
        {
            await RunRocketMqAsync(timeoutsMs);
        }

        if (broker != "rocketmq")
        {
            await RunKafkaAsync(timeoutsMs);
        }
    }

    private static async Task RunRocketMqAsync(int[] timeoutsMs)
    {
        await using RocketMqCluster cluster = await RocketMqCluster.StartAsync(4);
        await cluster.CreateTopicAsync(Topic, 4);
        BrokerProcess broker = cluster.Brokers[0].Process;
        await using TcpRelay nameServer = cluster.NameServer.StartRelay();
        nameServer.RewriteAnswers(broker.Address, $"127.0.0.1:{broker.RelayPort}");
        await using var relay = new DistantRelay(broker.Port, broker.RelayPort, Distance);
        foreach ((string kind, string what) in Kinds)
        {
            foreach (int timeoutMs in timeoutsMs)
            {
                await RunAsync(() => cluster.CountStoredAsync(Topic), $"{kind}=127.0.0.1:{nameServer.Port}", $"RocketMQ 4, {what}", timeoutMs);
            }
        }
    }

    private static async Task RunKafkaAsync(int[] timeoutsMs)
    {
        await using KafkaServer server = await KafkaServer.StartAsync("advertised.listeners=PLAINTEXT://127.0.0.1:{relay}");
        string address = $"127.0.0.1:{server.Process.RelayPort}";
        await using (new DistantRelay(server.Process.Port, server.Process.RelayPort, Distance))
        {
            await server.CreateTopicAsync(Topic, 4);
            string what = $"Kafka, at most {BenchmarkServer.FewRequests} requests in flight (max.in.flight) of {BenchmarkServer.FewInRequest} messages (batch.num.messages)";
            foreach (int timeoutMs in timeoutsMs)
            {
                await RunAsync(() => server.CountStoredAsync(Topic), $"kafka-few={address}", what, timeoutMs);
            }
        }

        await using (new DistantRelay(server.Process.Port, server.Process.RelayPort, Distance, ThinBytesPerSecond))
        {
            foreach (int timeoutMs in timeoutsMs)
            {
                await RunAsync(
                    () => server.CountStoredAsync(Topic), $"kafka={address}", $"Kafka, {ThinBytesPerSecond / 1000:N0} kB/s on the way to it", timeoutMs);
            }
        }
    }

    private static async Task RunAsync(Func<Task<long>> countStored, string kind, string what, int timeoutMs)
    {
        Console.WriteLine(
            $"{what}, {Distance.TotalMilliseconds} ms each way, {BodySize} B bodies, sendSync with a timeout of {timeoutMs} ms, 64 connections; "
            + $"3 times the capacity for {OverSeconds} s, then half of it for {AfterSeconds} s");
        Console.WriteLine($"aim: {Aim:F2} of capacity; all good within {RecoverySeconds} s after");
        Console.WriteLine(
            $"{"capacity/s",11} {"good/s",9} {"of capacity",12} {"15/s",9} {"12/s",9} {"others/s",9} {"wasted/s",9} {"proxy CPU",10}   good of asked for, by second after it; p99 ms then");
        for (int round = 0; round < Rounds; round++)
        {
            using BenchmarkServer server = BenchmarkServer.Start(kind);
            LoadOptions options = new()
            {
                EndPoint = server.EndPoint,
                Topic = Topic,
                Connections = 64,
                Pipeline = 4,
                BodySize = BodySize,
                TimeoutMs = 5000,
                Warmup = TimeSpan.FromSeconds(2),
                Duration = TimeSpan.FromSeconds(4),
            };
            LoadReport closed = LoadGenerator.Run(options);
            double capacity = closed.Replies.Ok / closed.Elapsed.TotalSeconds;
            Books before = await Books.OfAsync(countStored, server);

            // So many in flight that the timeout, and not the client's patience, is what ends a wait.
            double cpuBefore = server.CpuSeconds;
            LoadReport report = LoadGenerator.Run(
                options with
                {
                    RequestsPerSecond = 3 * capacity,
                    Pipeline = 1024,
                    TimeoutMs = timeoutMs,
                    Warmup = TimeSpan.Zero,
                    Duration = TimeSpan.FromSeconds(OverSeconds),
                    DrainTimeout = TimeSpan.Zero,
                });
            double cpu = (server.CpuSeconds - cpuBefore) / OverSeconds;

            var after = new AnswersBySecond(alsoWarmup: true);
            LoadReport later = LoadGenerator.Run(
                options with
                {
                    RequestsPerSecond = capacity / 2,
                    Pipeline = 1024,
                    TimeoutMs = timeoutMs,
                    Warmup = TimeSpan.FromSeconds(RecoverySeconds),
                    Duration = TimeSpan.FromSeconds(AfterSeconds - RecoverySeconds),
                },
                after);

            // Also what was in flight when the overload ended and whose answers nobody has read.
            Books books = await Books.OfAsync(countStored, server);
            double wasted = (books.Stored - before.Stored) - (books.Good - before.Good);
            double PerSecond(Func<int, bool> isCode) => report.Replies.Rows.Where(row => isCode(row.Code)).Sum(row => row.Count) / (double)OverSeconds;
            const int limited = (int)SendStatus.RateLimited;
            const int timeout = (int)SendStatus.Timeout;
            double good = PerSecond(code => code == 0);
            Console.WriteLine(
                $"{capacity,11:N0} {good,9:N0} {good / capacity,12:F2} {PerSecond(code => code == limited),9:N0} {PerSecond(code => code == timeout),9:N0} "
                + $"{PerSecond(code => code is not (0 or limited or timeout)),9:N0} {wasted / OverSeconds,9:N0} {cpu,10:P0}  "
                + string.Concat(after.Good.Select(second => $" {second / (capacity / 2),5:F2}")) + $"; {later.Latency.Percentile(99) / 1e6:F1}");
        }
    }

    /// <summary>What the broker has stored and what the proxy has answered 0, since their starts.</summary>
    private readonly record struct Books(long Stored, double Good)
    {
        public static async Task<Books> OfAsync(Func<Task<long>> countStored, BenchmarkServer server)
        {
            // Kafka's client sends what it has been given long after the clients' timeouts.
            while (server.Metric("ddmq_kafka_in_flight") > 0)
            {
                await Task.Delay(SettlePoll);
            }

            return new Books(await countStored(), server.Metric("ddmq_messages_answered_total", $"status=\"{SendStatuses.Name(SendStatus.Ok)}\""));
        }
    }
}
