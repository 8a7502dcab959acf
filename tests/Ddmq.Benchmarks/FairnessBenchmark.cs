using Ddmq.Cli.Bench;

namespace Ddmq.Benchmarks;

/// <summary>
/// Does a noisy topic move a quiet one's tail? The quiet topic's open loop is measured alone and beside each kind of noise, in turns and in another order
/// each round. Each is compared with alone in the same round, and the median of these ratios is told with where it lies with 95 % certainty: the machine's own
/// ups and downs are larger than what is looked for. Alone comes twice, and what the machine does only ever adds: the quarter of the rounds that it left alone best
/// is compared, too. One kind of noise goes to another process on the proxy's CPU: what it moves is the CPU's doing.
/// <para>
/// The proxy has a CPU of its own, as beside clients on other machines, and the quiet topic's latencies end when the reply leaves it
/// (<see cref="StampedClient"/>): a load generator that has to wait for the other one does not count.
/// </para>
/// </summary>
internal static class FairnessBenchmark
{
    private const double QuietPerSecond = 1_000;

    /// <summary>A noisy topic's share is its limit; it asks for twenty times as many.</summary>
    private const double TimesItsShare = 20;

    private const double SharePerSecond = 500;

    private const double SmallSharePerSecond = 100;

    private const double NoisyPerSecond = TimesItsShare * SharePerSecond;

    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(0.5);

    private sealed record Case(string Name, string Topic = "", double PerSecond = 0, long TimeoutMs = 1000, bool IsElsewhere = false, bool IsUnpaused = false);

    private static readonly Case[] Cases =
    [
        new("alone"),
        new("alone, again"),
        new("beside a topic at its limit of 500/s", "limited", SharePerSecond),
        new("beside 20 times a limit of 100/s", "limited-100", TimesItsShare * SmallSharePerSecond),
        new("beside 20 times a limit of 500/s", "limited", NoisyPerSecond),
        new("beside that without pauses", "limited", NoisyPerSecond, IsUnpaused: true),
        new("beside that at another process", "limited", NoisyPerSecond, IsElsewhere: true),
        new("beside a topic whose broker hangs", "hangs", NoisyPerSecond, TimeoutMs: 200),
    ];

    /// <summary>With the store that does nothing, and with the embedded one.</summary>
    public static void Run(int rounds, double seconds)
    {
        Introduce(rounds, seconds);
        using IDisposable? awake = CpuPlacement.KeepAwake();
        Run("fairness-noop", "a store that does nothing", Cases, [], rounds, seconds);
        Run("fairness-rocksdb", "the embedded store", Cases, [], rounds, seconds);
    }

    /// <summary>With a real broker, which shares the generator's CPU and comes first there: kafka, rocketmq4 or rocketmq5.</summary>
    public static async Task RunAsync(string broker, int rounds, double seconds)
    {
        await using BenchmarkBroker? cluster = await BenchmarkBroker.StartAsync(broker);
        if (cluster is null)
        {
            return;
        }

        await cluster.CreateTopicAsync("quiet");
        await cluster.CreateTopicAsync("limited");
        await cluster.CreateTopicAsync("limited-100");
        Introduce(rounds, seconds);
        using IDisposable? awake = CpuPlacement.KeepAwake();
        Run(cluster.FairnessKind, broker, [.. Cases.Where(test => test.Topic != "hangs")], [cluster.Process.Id!.Value], rounds, seconds);
    }

    private static void Introduce(int rounds, double seconds) => Console.WriteLine(
        $"quiet topic: open loop, {QuietPerSecond:N0}/s on 8 connections; noise: open loop, up to {NoisyPerSecond:N0}/s on 16 connections; {rounds} rounds of {seconds} s, medians");

    private static void Run(string kind, string store, Case[] cases, int[] others, int rounds, double seconds)
    {
        using BenchmarkServer proxy = BenchmarkServer.Start(kind);
        using BenchmarkServer other = BenchmarkServer.Start(kind);
        using BenchmarkServer unpaused = BenchmarkServer.Start(LimitedServer.WithoutPauses(kind));
        if (CpuPlacement.CanSeparate)
        {
            CpuPlacement.Separate([proxy.Id, other.Id, unpaused.Id], others);
            others.ToList().ForEach(CpuPlacement.Prefer);
        }

        // What is measured begins in user space, just before send: another load generator is not to get between.
        CpuPlacement.PreferThisThread();
        var latencies = cases.ToDictionary(test => test, _ => new List<LatencyHistogram>());
        var noises = cases.ToDictionary(test => test, _ => new List<LoadReport>());
        var random = new Random(rounds);
        for (int round = 0; round < rounds; round++)
        {
            Case[] turn = [.. cases];
            random.Shuffle(turn);
            foreach (Case test in turn)
            {
                BenchmarkServer measured = test.IsUnpaused ? unpaused : proxy;
                (LatencyHistogram quiet, LoadReport? noise) = Measure(measured, test.IsElsewhere ? other : measured, test, TimeSpan.FromSeconds(seconds));
                latencies[test].Add(quiet);
                if (noise is not null)
                {
                    noises[test].Add(noise);
                }
            }
        }

        Console.WriteLine(
            $"{store,-37} {"p50 us",7} {"p90 us",7} {"p99 us",7} {"(half of the rounds)",20} {"of alone (95 %)",17} {"at best quarter",15} {"of elsewhere",12} {"p99.9 us",9} {"noise/s",8} {"of it 0",8} {"p99 ms",7}");
        List<LatencyHistogram>[] alones = [.. cases.Where(test => test.PerSecond == 0).Select(test => latencies[test])];

        // The geometric mean: of two that differ by chance alone, either's ratio to it is as often above 1 as below.
        double[] aloneInRound = [.. Enumerable.Range(0, rounds).Select(round => Math.Exp(alones.Average(alone => Math.Log(P99(alone[round])))))];
        List<LatencyHistogram> alone = [.. alones.SelectMany(each => each)];
        List<LatencyHistogram> elsewhere = latencies[cases.Single(test => test.IsElsewhere)];
        foreach (Case test in cases)
        {
            List<LatencyHistogram> all = latencies[test];
            double p99 = Median(all, 99);
            string ratio = MedianRatio([.. all.Select((round, number) => P99(round) / aloneInRound[number])]);
            string half = $"({Quantile(all, 99, 0.25):F0}-{Quantile(all, 99, 0.75):F0})";
            Console.WriteLine(
                $"{test.Name,-37} {Median(all, 50),7:F0} {Median(all, 90),7:F0} {p99,7:F0} {half,20} {ratio,17} "
                + $"{Quantile(all, 99, 0.25) / Quantile(alone, 99, 0.25),15:F2} {p99 / Median(elsewhere, 99),12:F2} {Median(all, 99.9),9:F0}{Describe(noises[test])}");
        }
    }

    // Answered per second, how many of them with 0, and how long an answer took.
    private static string Describe(List<LoadReport> noises) => noises.Count == 0 ? "" :
        $" {noises.Average(noise => noise.MessagesPerSecond),8:N0} {noises.Average(noise => noise.Replies.Ok / noise.Elapsed.TotalSeconds),8:N0} "
        + $"{Median(noises.Select(noise => noise.Latency), 99) / 1000,7:F1}";

    private static (LatencyHistogram Quiet, LoadReport? Noise) Measure(BenchmarkServer proxy, BenchmarkServer noisy, Case test, TimeSpan duration)
    {
        Task<LoadReport>? noise = test.PerSecond == 0 ? null : Task.Factory.StartNew(
            () => LoadGenerator.Run(new LoadOptions
            {
                EndPoint = noisy.EndPoint,
                Topic = test.Topic,
                Connections = 16,
                Pipeline = 1024,
                RequestsPerSecond = test.PerSecond,
                TimeoutMs = test.TimeoutMs,
                Warmup = Warmup,
                Duration = duration,
                DrainTimeout = TimeSpan.FromSeconds(1),
            }),
            TaskCreationOptions.LongRunning);
        using var quiet = new StampedClient(new LoadOptions
        {
            EndPoint = proxy.EndPoint,
            Topic = "quiet",
            Connections = 8,
            Pipeline = 1024,
            RequestsPerSecond = QuietPerSecond,
            TimeoutMs = 5000,
            Warmup = Warmup,
            Duration = duration,
        });
        LatencyHistogram latencies = quiet.Run();
        return (latencies, noise?.Result);
    }

    private static double P99(LatencyHistogram round) => round.Percentile(99) / 1000.0;

    // The median, and the range that the true one is in with 95 % certainty: as many of the ratios lie above it as below, like heads and tails.
    private static string MedianRatio(double[] ratios)
    {
        Array.Sort(ratios);
        int count = ratios.Length;
        int first = 0;
        double probability = Math.Pow(0.5, count);
        for (double below = probability; below <= 0.025 && first < count / 2; below += probability)
        {
            first++;
            probability *= (double)(count - first + 1) / first;
        }

        int outside = Math.Max(0, first - 1);
        return $"{ratios[count / 2]:F2} ({ratios[outside]:F2}-{ratios[count - 1 - outside]:F2})";
    }

    private static double Median(IEnumerable<LatencyHistogram> rounds, double percent) => Quantile(rounds, percent, 0.5);

    private static double Quantile(IEnumerable<LatencyHistogram> rounds, double percent, double share)
    {
        double[] micros = [.. rounds.Select(round => round.Percentile(percent) / 1000.0).Order()];
        return micros[(int)(micros.Length * share)];
    }
}
