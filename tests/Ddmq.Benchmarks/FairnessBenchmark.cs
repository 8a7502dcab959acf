using Ddmq.Cli.Bench;

namespace Ddmq.Benchmarks;

/// <summary>
/// Does a noisy topic move a quiet one's tail? The quiet topic's open loop is measured alone and beside each kind of noise, in turns. One kind of
/// noise goes to another process: what it moves is the machine's doing (two load generators on the same CPUs), and not the proxy's.
/// </summary>
internal static class FairnessBenchmark
{
    private const double QuietPerSecond = 1_000;

    /// <summary>The share of the noisy topic is its limit, 500 messages per second; it asks for twenty times as many.</summary>
    private const double NoisyPerSecond = 10_000;

    private sealed record Case(string Name, string? Server, string Topic, long TimeoutMs);

    private static readonly Case[] Cases =
    [
        new("alone", null, "", 0),
        new("beside noise at another process", "noop", "bench", 1000),
        new("beside a topic at 20 times its limit", "fairness", "limited", 1000),
        new("beside a topic whose broker hangs", "fairness", "hangs", 200),
    ];

    public static void Run(int rounds, double seconds)
    {
        using BenchmarkServer proxy = BenchmarkServer.Start("fairness");
        using BenchmarkServer elsewhere = BenchmarkServer.Start("noop");
        var reports = Cases.ToDictionary(test => test, _ => new List<LoadReport>());
        for (int round = 0; round < rounds; round++)
        {
            foreach (Case test in Cases)
            {
                reports[test].Add(Measure(proxy, test.Server is null ? null : test.Server == "noop" ? elsewhere : proxy, test, seconds));
            }
        }

        Console.WriteLine(
            $"quiet topic: open loop, {QuietPerSecond:N0}/s on 8 connections; noise: open loop, {NoisyPerSecond:N0}/s on 16 connections; "
            + $"{rounds} rounds of {seconds} s, medians; best: the round least disturbed by others on the machine");
        Console.WriteLine($"{"quiet topic",-40} {"p50 us",8} {"p90 us",8} {"p99 us",8} {"p99 of alone",13} {"of elsewhere",13} {"p99.9 us",9} {"best p99",9}");
        double alone = Micros(reports[Cases[0]], 99);
        double elsewhereP99 = Micros(reports[Cases[1]], 99);
        foreach (Case test in Cases)
        {
            double p99 = Micros(reports[test], 99);
            Console.WriteLine(
                $"{test.Name,-40} {Micros(reports[test], 50),8:F0} {Micros(reports[test], 90),8:F0} {p99,8:F0} {p99 / alone,13:F2} {p99 / elsewhereP99,13:F2} "
                + $"{Micros(reports[test], 99.9),9:F0} {reports[test].Min(report => report.Latency.Percentile(99)) / 1000.0,9:F0}");
        }
    }

    private static LoadReport Measure(BenchmarkServer proxy, BenchmarkServer? noisy, Case test, double seconds)
    {
        var warmup = TimeSpan.FromSeconds(1);
        var duration = TimeSpan.FromSeconds(seconds);
        Task<LoadReport>? noise = noisy is null ? null : Task.Factory.StartNew(
            () => LoadGenerator.Run(new LoadOptions
            {
                EndPoint = noisy.EndPoint,
                Topic = test.Topic,
                Connections = 16,
                Pipeline = 1024,
                RequestsPerSecond = NoisyPerSecond,
                TimeoutMs = test.TimeoutMs,
                Warmup = warmup,
                Duration = duration,
                DrainTimeout = TimeSpan.FromSeconds(1),
            }),
            TaskCreationOptions.LongRunning);
        LoadReport quiet = LoadGenerator.Run(new LoadOptions
        {
            EndPoint = proxy.EndPoint,
            Topic = "quiet",
            Connections = 8,
            Pipeline = 16,
            RequestsPerSecond = QuietPerSecond,
            TimeoutMs = 5000,
            Warmup = warmup,
            Duration = duration,
        });
        if (!quiet.IsClean)
        {
            throw new InvalidOperationException($"{test.Name}: the quiet topic had {quiet.Replies.Failures} failures ({quiet.FirstLoss})");
        }

        noise?.Wait();
        return quiet;
    }

    private static double Micros(List<LoadReport> reports, double percent) =>
        reports.Select(report => report.Latency.Percentile(percent) / 1000.0).Order().ElementAt(reports.Count / 2);
}
