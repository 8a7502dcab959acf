using System.Net;
using Ddmq.Cli.Bench;
using Ddmq.Storage.RocketMq;
using Ddmq.Thrift.ProducerProxy;

namespace Ddmq.Benchmarks;

/// <summary>
/// What does auto-batch gain? One RocketMQ broker with three proxies before it, two with batches and one without, measured in turns: with the load
/// generator on a CPU of its own, since it is no part of what is measured, and with all on the same CPUs.
/// </summary>
internal static class AutoBatchBenchmark
{
    private const int BodySize = 100;
    private static readonly int DefaultBatch = new AutoBatchSettings().MaxMessages;
    private static readonly TimeSpan FirstWarmUp = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(4);

    public static async Task RunAsync(string name, int pairs)
    {
        await using BenchmarkBroker? broker = await BenchmarkBroker.StartAsync(name);
        if (broker is null)
        {
            return;
        }

        using BenchmarkServer singles = broker.StartProxy(autoBatch: false);
        using BenchmarkServer batches = broker.StartProxy(autoBatch: true);
        using BenchmarkServer large = broker.StartProxyWithLargeBatches();
        (BenchmarkServer Server, int UpTo, int Connections)[] rows =
            [(large, BenchmarkServer.LargeBatch, 64), (batches, DefaultBatch, 64), (batches, DefaultBatch, 16), (batches, DefaultBatch, 1)];
        int[] measured = [singles.Id, batches.Id, large.Id, broker.Process.Id!.Value];
        Console.WriteLine(
            $"{name}, one topic of 4 queues: closed loop, {BodySize} B bodies, sendSync, {pairs} pairs of rounds of {Duration.TotalSeconds} s; CPU is proxy's and broker's, in us per message");

        // JVM and JIT: the first seconds of all are not what they are later.
        _ = new PairedRounds(batches, singles, Load(connections: 64) with { Duration = FirstWarmUp }, 1);
        _ = new PairedRounds(large, singles, Load(connections: 64) with { Duration = FirstWarmUp }, 1);
        if (CpuPlacement.CanSeparate)
        {
            CpuPlacement.Separate(measured);
            Measure("load generator on a CPU of its own, proxy and broker on the others");
        }

        CpuPlacement.Share(measured);
        Measure("load generator, proxy and broker on the same CPUs");

        void Measure(string placement)
        {
            Console.WriteLine(placement);
            Console.WriteLine(
                $"{"conns",5} {"up to",5} {"batches/s",10} {"singles/s",10} {"ratio",18} {"mean batch",10} {"p50 us",7} {"singles",7} {"p99 us",7} {"singles",7} {"CPU",7} {"singles",7} {"ratio",18}");
            foreach ((BenchmarkServer server, int upTo, int connections) in rows)
            {
                LoadOptions load = Load(connections);
                _ = new PairedRounds(server, singles, load with { Duration = WarmUp }, 1);
                RequestCounts before = RequestCounts.Of(server, name);
                var rounds = new PairedRounds(server, singles, load, pairs, () => broker.CpuSeconds);
                Print(connections, upTo, rounds, RequestCounts.Of(server, name).MeanSince(before));
            }
        }
    }

    // PairedRounds says where.
    private static LoadOptions Load(int connections) => new()
    {
        EndPoint = new IPEndPoint(IPAddress.Loopback, 0),
        Connections = connections,
        BodySize = BodySize,
        Method = ProducerServiceMethod.SendSync,
        Warmup = TimeSpan.FromSeconds(0.5),
        Duration = Duration,
        TimeoutMs = 5000,
    };

    private static void Print(int connections, int upTo, PairedRounds rounds, double? meanBatch)
    {
        (double rate, double singleRate) = rounds.Medians(report => report.MessagesPerSecond);
        (double p50, double singleP50) = rounds.Medians(report => report.Latency.Percentile(50) / 1000.0);
        (double p99, double singleP99) = rounds.Medians(report => report.Latency.Percentile(99) / 1000.0);
        (double cpu, double singleCpu) = rounds.Medians(report => report.ProxyCpuMicroseconds ?? double.NaN);
        Console.WriteLine(
            $"{connections,5} {upTo,5} {rate,10:N0} {singleRate,10:N0} {rounds.Ratio("F2", report => report.MessagesPerSecond),18} {meanBatch,10:F1} {p50,7:F0} {singleP50,7:F0} {p99,7:F0} {singleP99,7:F0} {cpu,7:F1} {singleCpu,7:F1} {rounds.Ratio("F2", report => report.ProxyCpuMicroseconds ?? double.NaN),18}");
    }
}
