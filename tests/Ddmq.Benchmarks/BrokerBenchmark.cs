using Ddmq.Cli.Bench;
using Ddmq.Core.Storage;
using Ddmq.Thrift.ProducerProxy;

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

    public static async Task RunAsync(string name)
    {
        await using BenchmarkBroker? broker = await BenchmarkBroker.StartAsync(name);
        if (broker is null)
        {
            return;
        }

        Console.WriteLine($"{name}: closed loop, {Duration.TotalSeconds} s each; CPU in us per message; load, proxy and broker on the same CPUs");
        Console.WriteLine(
            $"{"what",-20} {"conns",5} {"body",5} {"batch",5} {"msg/s",9} {"p50 us",7} {"p99 us",7} {"CPU",7} {"broker",7} {"per request",11} {"of echo+direct",15}");
        await RunAsync(broker, name, autoBatch: false);
        if (name != "kafka")
        {
            await RunAsync(broker, name, autoBatch: true);
        }
    }

    private static async Task RunAsync(BenchmarkBroker broker, string name, bool autoBatch)
    {
        string kind = autoBatch ? " auto-batch" : "";
        using BenchmarkServer bare = BenchmarkServer.Start("bare");
        await using IMessageStore store = broker.StartStore(autoBatch);
        await store.WarmUpAsync(["bench"], CancellationToken.None);
        using BenchmarkServer proxy = broker.StartProxy(autoBatch);

        // JVM and JIT: the first seconds of both are not what they are later.
        await DirectAsync(store, Shapes[2], TimeSpan.FromSeconds(10));
        ThroughProxy(proxy, Shapes[2], TimeSpan.FromSeconds(29), TimeSpan.FromSeconds(1));
        foreach (Shape shape in Shapes)
        {
            LoadReport? echo = shape.IsBatch ? null : ThroughProxy(bare, shape, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(2));
            double brokerBefore = broker.CpuSeconds;
            RequestCounts requestsBefore = RequestCounts.Of(store);
            (double rate, double cpu, Latencies latencies) = await DirectAsync(store, shape, Duration);
            Print("client directly" + kind, shape, rate, latencies.At(0.5), latencies.At(0.99), cpu, (broker.CpuSeconds - brokerBefore) * 1e6 / latencies.Count / PerCall(shape), RequestCounts.Of(store).MeanSince(requestsBefore), null);

            ThroughProxy(proxy, shape, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(0.5));
            brokerBefore = broker.CpuSeconds;
            requestsBefore = RequestCounts.Of(proxy, name);
            LoadReport report = ThroughProxy(proxy, shape, TimeSpan.Zero, Duration);
            Print(
                "proxy" + kind, shape, report.MessagesPerSecond, report.Latency.Percentile(50) / 1000.0, report.Latency.Percentile(99) / 1000.0,
                report.ProxyCpuMicroseconds ?? 0, (broker.CpuSeconds - brokerBefore) * 1e6 / (report.MessagesPerSecond * report.Elapsed.TotalSeconds),
                RequestCounts.Of(proxy, name).MeanSince(requestsBefore),
                echo is null ? null : report.ProxyCpuMicroseconds / (echo.ProxyCpuMicroseconds + cpu));
        }
    }

    private static int PerCall(Shape shape) => shape.IsBatch ? Batch : 1;

    private static void Print(string what, Shape shape, double rate, double p50, double p99, double cpu, double broker, double? perRequest, double? ratio) => Console.WriteLine(
        $"{what,-20} {shape.Connections,5} {shape.BodySize,5} {PerCall(shape),5} {rate,9:N0} {p50,7:F0} {p99,7:F0} {cpu,7:F1} {broker,7:F1} {(perRequest is { } mean ? $"{mean:F1}" : "-"),11} {(ratio is { } value ? $"{value:F2}" : "-"),15}");

    private static LoadReport ThroughProxy(BenchmarkServer server, Shape shape, TimeSpan warmUp, TimeSpan duration)
    {
        return LoadGenerator.Run(new LoadOptions
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
        }).Demand();
    }

    private static Task<(double Rate, double CpuMicroseconds, Latencies Latencies)> DirectAsync(IMessageStore store, Shape shape, TimeSpan duration) =>
        DirectClient.ClosedLoopAsync(store, shape.Connections, shape.BodySize, PerCall(shape), duration);
}
