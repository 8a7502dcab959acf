using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using Ddmq.Core.Messages;
using Ddmq.Storage.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ddmq.Benchmarks;

/// <summary>
/// What does the Kafka store cost over Confluent's producer called directly with the same settings, against the same brokers, in turns in
/// the same process? Callers are closed loops that continue on the thread that brings the delivery reports. CPU is this process's: the
/// brokers' is not in it. Read the ratios.
/// </summary>
internal static class KafkaBenchmark
{
    private const int BodyBytes = 100;
    private const int Partitions = 4;
    private const int Rounds = 3;

    /// <summary>Measures against the brokers at that address, which must let topics be created on first use.</summary>
    public static async Task Run(string bootstrapServers, string linger = "0", double seconds = 3)
    {
        string topic = $"ddmq-benchmark-{Guid.NewGuid():N}";
        var options = new KafkaStoreOptions
        {
            BootstrapServers = [bootstrapServers],
            Properties = new Dictionary<string, string> { ["linger.ms"] = linger },
        };
        await using KafkaStore store = KafkaStore.Start(options, TimeProvider.System, NullLogger.Instance);
        long started = Stopwatch.GetTimestamp();
        bool reached = await store.WarmUpAsync([topic], CancellationToken.None);
        double warm = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        started = Stopwatch.GetTimestamp();
        SendResult first = await store.SendAsync(Request(topic, 0));
        Console.WriteLine(
            $"body {BodyBytes} B, linger.ms {linger}; warm-up {warm:N0} ms ({reached}), " +
            $"first message {Stopwatch.GetElapsedTime(started).TotalMilliseconds:N0} ms ({first.Status})");

        using IProducer<byte[], byte[]> producer = new ProducerBuilder<byte[], byte[]>(new Dictionary<string, string>
        {
            ["bootstrap.servers"] = bootstrapServers,
            ["enable.idempotence"] = "true",
            ["socket.nagle.disable"] = "true",
            ["linger.ms"] = linger,
            ["dotnet.producer.delivery.report.fields"] = "status",
        }).SetLogHandler((_, _) => { }).Build();

        foreach (int callers in (int[])[1, 64, 1024])
        {
            double directCpu = 0, storeCpu = 0, directRate = 0, storeRate = 0;
            for (int round = 0; round < Rounds; round++)
            {
                (double rate, double cpu) = await Measure(
                    "producer", callers, seconds, (caller, clock, latencies) => Direct(producer, topic, caller, clock, latencies));
                directRate += rate;
                directCpu += cpu;
                (rate, cpu) = await Measure(
                    "store   ", callers, seconds, (caller, clock, latencies) => Store(store, topic, caller, clock, latencies));
                storeRate += rate;
                storeCpu += cpu;
            }

            Console.WriteLine($"{callers,5} callers: store/producer rate {storeRate / directRate:N2}, cpu {storeCpu / directCpu:N2}");
        }
    }

    private static async Task<(double Rate, double Cpu)> Measure(
        string what, int callers, double seconds, Func<int, Deadline, Latencies, Task> call)
    {
        var latencies = new Latencies();
        var unmeasured = new Latencies();
        var deadline = new Deadline(seconds / 4);
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => call(caller, deadline, unmeasured)));
        TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime;
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        long started = Stopwatch.GetTimestamp();
        deadline = new Deadline(seconds);
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => call(caller, deadline, latencies)));
        double rate = latencies.Count / Stopwatch.GetElapsedTime(started).TotalSeconds;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        cpu = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        double each = cpu.TotalMicroseconds / latencies.Count;
        Console.WriteLine(
            $"{callers,5} callers: {what} {rate,9:N0} msg/s, p50 {latencies.At(0.5),6:N0} us, p99 {latencies.At(0.99),6:N0} us, " +
            $"cpu {each,6:N1} us/msg, {(double)allocated / latencies.Count,6:N0} B/msg");
        return (rate, each);
    }

    private static async Task Store(KafkaStore store, string topic, int caller, Deadline deadline, Latencies latencies)
    {
        SendRequest request = Request(topic, caller);
        while (!deadline.IsOver)
        {
            long started = Stopwatch.GetTimestamp();
            SendResult result = await store.SendAsync(request).ConfigureAwait(false);
            if (!result.IsOk)
            {
                throw new InvalidOperationException($"{result.Status}: {result.Detail}");
            }

            latencies.Add(started);
        }
    }

    private static Task Direct(IProducer<byte[], byte[]> producer, string topic, int caller, Deadline deadline, Latencies latencies)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var partition = new TopicPartition(topic, caller % Partitions);
        byte[] body = new byte[BodyBytes];
        byte[] key = Encoding.UTF8.GetBytes($"key-{caller}");
        long started = 0;
        Action<DeliveryReport<byte[], byte[]>>? onReport = null;
        onReport = report =>
        {
            if (report.Error.IsError)
            {
                done.TrySetException(new InvalidOperationException(report.Error.Reason));
                return;
            }

            latencies.Add(started);
            Next();
        };
        Next();
        return done.Task;

        // The bytes arrive with each message and lie in the caller's buffers: a copy for each is the least.
        void Next()
        {
            if (deadline.IsOver)
            {
                done.TrySetResult();
                return;
            }

            started = Stopwatch.GetTimestamp();
            var message = new Message<byte[], byte[]> { Key = key.AsSpan().ToArray(), Value = body.AsSpan().ToArray() };
            producer.Produce(partition, message, onReport);
        }
    }

    private static SendRequest Request(string topic, int caller) => new()
    {
        TopicName = Encoding.UTF8.GetBytes(topic),
        Key = Encoding.UTF8.GetBytes($"key-{caller}"),
        Body = new byte[BodyBytes],
        PartitionId = -1,
        HashId = caller,
    };

    private readonly struct Deadline(double seconds)
    {
        private readonly long _at = Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);

        public bool IsOver => Stopwatch.GetTimestamp() >= _at;
    }
}
