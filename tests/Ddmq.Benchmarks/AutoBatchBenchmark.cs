using Ddmq.Cli.Bench;
using Ddmq.Thrift.ProducerProxy;

namespace Ddmq.Benchmarks;

/// <summary>What does auto-batch gain? One RocketMQ broker with two proxies before it, one with batches and one without, measured in turns.</summary>
internal static class AutoBatchBenchmark
{
    private const int BodySize = 100;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(4);

    public static async Task RunAsync(string name, int pairs)
    {
        await using BenchmarkBroker? broker = await BenchmarkBroker.StartAsync(name);
        if (broker is null)
        {
            return;
        }

        using BenchmarkServer batches = broker.StartProxy(autoBatch: true);
        using BenchmarkServer singles = broker.StartProxy(autoBatch: false);
        Console.WriteLine(
            $"{name}, one topic of 4 queues: closed loop, {BodySize} B bodies, sendSync, {pairs} pairs of rounds of {Duration.TotalSeconds} s; load, proxies and broker on the same CPUs; CPU is proxy's and broker's, in us per message");
        Console.WriteLine(
            $"{"conns",5} {"batches/s",10} {"singles/s",10} {"ratio",18} {"mean batch",10} {"p50 us",7} {"singles",7} {"p99 us",7} {"singles",7} {"CPU",7} {"singles",7} {"ratio",18}");
        foreach (int connections in (int[])[64, 16, 1])
        {
            var load = new LoadOptions
            {
                EndPoint = batches.EndPoint,
                Connections = connections,
                BodySize = BodySize,
                Method = ProducerServiceMethod.SendSync,
                Warmup = TimeSpan.FromSeconds(0.5),
                Duration = Duration,
                TimeoutMs = 5000,
            };

            // JVM and JIT: the first seconds of both are not what they are later.
            _ = new PairedRounds(batches, singles, load with { Duration = WarmUp }, 1);
            RequestCounts before = RequestCounts.Of(batches, name);
            var rounds = new PairedRounds(batches, singles, load, pairs, () => broker.CpuSeconds);
            double? meanBatch = RequestCounts.Of(batches, name).MeanSince(before);

            (double rate, double singleRate) = rounds.Medians(report => report.MessagesPerSecond);
            (double p50, double singleP50) = rounds.Medians(report => report.Latency.Percentile(50) / 1000.0);
            (double p99, double singleP99) = rounds.Medians(report => report.Latency.Percentile(99) / 1000.0);
            (double cpu, double singleCpu) = rounds.Medians(report => report.ProxyCpuMicroseconds ?? double.NaN);
            Console.WriteLine(
                $"{connections,5} {rate,10:N0} {singleRate,10:N0} {rounds.Ratio("F2", report => report.MessagesPerSecond),18} {meanBatch,10:F1} {p50,7:F0} {singleP50,7:F0} {p99,7:F0} {singleP99,7:F0} {cpu,7:F1} {singleCpu,7:F1} {rounds.Ratio("F2", report => report.ProxyCpuMicroseconds ?? double.NaN),18}");
        }
    }
}
