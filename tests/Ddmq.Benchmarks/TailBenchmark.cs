using Ddmq.Cli.Bench;
using Ddmq.Core.Storage;
using Ddmq.Thrift.ProducerProxy;

namespace Ddmq.Benchmarks;

/// <summary>
/// Latencies of an open loop into a real broker, through the proxy and by the same client called in this process, in turns: what the second has is the
/// broker's and the machine's, what the first has more is the proxy's.
/// </summary>
internal static class TailBenchmark
{
    private const int Connections = 64;
    private const int BodySize = 100;
    private const int Rounds = 5;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(8);

    public static async Task RunAsync(string name)
    {
        double rate = name == "kafka" ? 20_000 : 6_000;
        await using BenchmarkBroker? broker = await BenchmarkBroker.StartAsync(name);
        if (broker is null)
        {
            return;
        }

        await using IMessageStore store = broker.StartStore(autoBatch: false);
        await store.WarmUpAsync(["bench"], CancellationToken.None);
        using BenchmarkServer proxy = broker.StartProxy(autoBatch: false);
        await DirectClient.ClosedLoopAsync(store, Connections, BodySize, 1, WarmUp);
        ThroughProxy(proxy, 0, WarmUp);
        Console.WriteLine(
            $"{name}: open loop, {rate:N0}/s, {BodySize} B bodies, sendSync, {Connections} connections, {Rounds} rounds of {Duration.TotalSeconds} s in turns; load, proxy and broker on the same CPUs");
        Console.WriteLine($"{"what",-16} {"p50 us",7} {"p90 us",7} {"p99 us",7} {"p99.9 us",9}");
        for (int round = 0; round < Rounds; round++)
        {
            Latencies direct = await DirectClient.OpenLoopAsync(store, BodySize, rate, Duration);
            Print("client directly", share => direct.At(share));
            LoadReport report = ThroughProxy(proxy, rate, Duration);
            Print("proxy", share => report.Latency.Percentile(share * 100) / 1000.0);
        }
    }

    private static void Print(string what, Func<double, double> at) =>
        Console.WriteLine($"{what,-16} {at(0.5),7:F0} {at(0.9),7:F0} {at(0.99),7:F0} {at(0.999),9:F0}");

    private static LoadReport ThroughProxy(BenchmarkServer proxy, double rate, TimeSpan duration)
    {
        return LoadGenerator.Run(new LoadOptions
        {
            EndPoint = proxy.EndPoint,
            Connections = Connections,
            BodySize = BodySize,
            Method = ProducerServiceMethod.SendSync,
            RequestsPerSecond = rate,
            Warmup = TimeSpan.FromSeconds(0.5),
            Duration = duration,
            TimeoutMs = 5000,
            ProxyCpuSeconds = () => proxy.CpuSeconds,
        }).Demand();
    }
}
