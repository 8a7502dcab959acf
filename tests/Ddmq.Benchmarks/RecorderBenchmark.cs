using System.Diagnostics;
using Ddmq.Cli.Bench;
using Ddmq.Core.Diagnostics.Recording;
using Ddmq.Core.Messages;
using Ddmq.Core.Topics;

namespace Ddmq.Benchmarks;

/// <summary>
/// What does the recorder cost? Two proxies with the no-op store, one with the recorder and one without, measured in turns: each pair of rounds makes
/// a ratio, and the median pair counts, because the machine's speed drifts. The order within a pair changes from pair to pair.
/// </summary>
internal static class RecorderBenchmark
{
    private sealed record Round(double MessagesPerSecond, double CpuMicroseconds);

    public static void Run(int pairs, double seconds)
    {
        Console.WriteLine($"one entry, called alone in a loop: {RecordNanoseconds():F1} ns (the fastest of many rounds)");
        using BenchmarkServer with = BenchmarkServer.Start("noop");
        using BenchmarkServer without = BenchmarkServer.Start("noop-unrecorded");
        Console.WriteLine($"closed loop, 100 B bodies, sendSync, no-op store, {pairs} pairs of rounds of {seconds} s; load generator on the same CPUs");
        Console.WriteLine($"{"conns",6} {"x",3} {"req/s on",10} {"off",10} {"ratio",16} {"CPU us on",10} {"off",7} {"ratio",16}");
        foreach ((int connections, int pipeline) in new[] { (64, 1), (64, 16) })
        {
            Measure(with, connections, pipeline, 3);
            Measure(without, connections, pipeline, 3);
            var on = new List<Round>();
            var off = new List<Round>();
            for (int pair = 0; pair < pairs; pair++)
            {
                if (pair % 2 == 0)
                {
                    on.Add(Measure(with, connections, pipeline, seconds));
                    off.Add(Measure(without, connections, pipeline, seconds));
                }
                else
                {
                    off.Add(Measure(without, connections, pipeline, seconds));
                    on.Add(Measure(with, connections, pipeline, seconds));
                }
            }

            Console.WriteLine(
                $"{connections,6} {pipeline,3} {Median(on, round => round.MessagesPerSecond),10:N0} {Median(off, round => round.MessagesPerSecond),10:N0} "
                + $"{Ratios(on, off, round => round.MessagesPerSecond),16} {Median(on, round => round.CpuMicroseconds),10:F3} "
                + $"{Median(off, round => round.CpuMicroseconds),7:F3} {Ratios(on, off, round => round.CpuMicroseconds),16}");
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

    private static Round Measure(BenchmarkServer server, int connections, int pipeline, double seconds)
    {
        LoadReport report = LoadGenerator.Run(new LoadOptions
        {
            EndPoint = server.EndPoint,
            Topic = "bench",
            Connections = connections,
            Pipeline = pipeline,
            Warmup = TimeSpan.FromSeconds(0.3),
            Duration = TimeSpan.FromSeconds(seconds),
            ProxyCpuSeconds = () => server.CpuSeconds,
        }).Demand();
        return new Round(report.MessagesPerSecond, report.ProxyCpuMicroseconds ?? double.NaN);
    }

    private static double Median(List<Round> rounds, Func<Round, double> value) => rounds.Select(value).Order().ElementAt(rounds.Count / 2);

    /// <summary>The median ratio of the pairs, and the range that half of them lie in.</summary>
    private static string Ratios(List<Round> on, List<Round> off, Func<Round, double> value)
    {
        double[] ratios = [.. on.Zip(off, (one, other) => value(one) / value(other)).Order()];
        return $"{ratios[ratios.Length / 2]:F3} ({ratios[ratios.Length / 4]:F2}-{ratios[ratios.Length * 3 / 4]:F2})";
    }
}
