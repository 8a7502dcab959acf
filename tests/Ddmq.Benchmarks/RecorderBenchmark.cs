using System.Diagnostics;
using Ddmq.Cli.Bench;
using Ddmq.Core.Diagnostics.Recording;
using Ddmq.Core.Messages;
using Ddmq.Core.Topics;

namespace Ddmq.Benchmarks;

/// <summary>What does the recorder cost? Two proxies with the no-op store, one with the recorder and one without, measured in turns.</summary>
internal static class RecorderBenchmark
{
    public static void Run(int pairs, double seconds)
    {
        Console.WriteLine($"one entry, called alone in a loop: {RecordNanoseconds():F1} ns (the fastest of many rounds)");
        using BenchmarkServer with = BenchmarkServer.Start("noop");
        using BenchmarkServer without = BenchmarkServer.Start("noop-unrecorded");
        Console.WriteLine($"closed loop, 100 B bodies, sendSync, no-op store, {pairs} pairs of rounds of {seconds} s; load generator on the same CPUs");
        Console.WriteLine($"{"conns",6} {"x",3} {"req/s on",10} {"off",10} {"ratio",16} {"CPU us on",10} {"off",7} {"ratio",16}");
        foreach ((int connections, int pipeline) in new[] { (64, 1), (64, 16) })
        {
            var load = new LoadOptions
            {
                EndPoint = with.EndPoint,
                Topic = "bench",
                Connections = connections,
                Pipeline = pipeline,
                Warmup = TimeSpan.FromSeconds(0.3),
                Duration = TimeSpan.FromSeconds(seconds),
            };
            _ = new PairedRounds(with, without, load with { Duration = TimeSpan.FromSeconds(3) }, 1);
            var rounds = new PairedRounds(with, without, load, pairs);
            (double rateOn, double rateOff) = rounds.Medians(report => report.MessagesPerSecond);
            (double cpuOn, double cpuOff) = rounds.Medians(report => report.ProxyCpuMicroseconds ?? double.NaN);
            Console.WriteLine(
                $"{connections,6} {pipeline,3} {rateOn,10:N0} {rateOff,10:N0} {rounds.Ratio("F3", report => report.MessagesPerSecond),16} "
                + $"{cpuOn,10:F3} {cpuOff,7:F3} {rounds.Ratio("F3", report => report.ProxyCpuMicroseconds ?? double.NaN),16}");
        }
    }

    private static double RecordNanoseconds()
    {
        const int Rounds = 200;
        const int Calls = 100_000;
        var recorder = new MessageRecorder(65536, TimeProvider.System);
        var request = new SendRequest
        {
            TopicName = "bench"u8.ToArray(),
            Key = "0123456789abcdef"u8.ToArray(),
            Body = new byte[100],
            Cluster = new Cluster("embedded", null),
            Topic = new Topic(new TopicConfig { Topic = "bench" }, [], new Core.Diagnostics.TopicLedger("bench")),
            ReceivedTimestamp = Stopwatch.GetTimestamp(),
        };
        double fastest = double.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            long started = Stopwatch.GetTimestamp();
            for (int i = 0; i < Calls; i++)
            {
                recorder.Record(request, SendResult.Ok(0, i), started);
            }

            fastest = Math.Min(fastest, Stopwatch.GetElapsedTime(started).TotalNanoseconds / Calls);
        }

        return fastest;
    }
}
