using Ddmq.Cli.Bench;
using Ddmq.Core.Messages;

namespace Ddmq.Benchmarks;

/// <summary>
/// What is left of the embedded store's throughput when three times as much is asked for, and how soon is all well again? Good is what is
/// answered 0, which the proxy does within the clients' timeout only; it is counted when the answer comes.
/// <para>
/// Capacity is what a closed loop gets, before the overload and after it, on the same store: a new one takes more for some seconds, until
/// it has something to compact. Where the load generator shares the proxy's CPUs, making three times the bytes takes from what is measured.
/// </para>
/// </summary>
internal static class OverloadBenchmark
{
    private const long TimeoutMs = 200;
    private const int RecoverySeconds = 6;
    private const int Recoveries = 3;

    // The first seconds fill the store's queue, and are not what it keeps.
    private const int LeadSeconds = 2;

    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(20);

    public static void Run(int rounds, int seconds, int bodySize)
    {
        Console.WriteLine(
            $"embedded store, {bodySize} B bodies, sendSync with a timeout of {TimeoutMs} ms, 64 connections; "
            + $"after {Warmup.TotalSeconds:0} s of load, {rounds} times {seconds} s each of as much as it takes and of three times that");
        if (CpuPlacement.CanSeparate)
        {
            using BenchmarkServer apart = BenchmarkServer.Start("rocksdb");
            CpuPlacement.Separate([apart.Id]);
            Console.WriteLine("load generator on a CPU of its own");
            Run(apart, rounds, seconds, bodySize);
        }

        using BenchmarkServer server = BenchmarkServer.Start("rocksdb");
        CpuPlacement.Share([server.Id]);
        Console.WriteLine("load generator on the same CPUs");
        Run(server, rounds, seconds, bodySize);
    }

    private static void Run(BenchmarkServer server, int rounds, int seconds, int bodySize)
    {
        LoadOptions options = new()
        {
            EndPoint = server.EndPoint,
            Connections = 64,
            Pipeline = 64,
            BodySize = bodySize,
            TimeoutMs = TimeoutMs,
            Warmup = TimeSpan.FromSeconds(LeadSeconds),
            Duration = TimeSpan.FromSeconds(seconds),
            DrainTimeout = TimeSpan.Zero,
        };
        Console.WriteLine($"{"capacity/s",11} {"good/s",9} {"of capacity",12} {"refused/s",10} {"of them 12",11}");
        double before = Capacity(options with { Warmup = Warmup });
        List<double> kept = [];
        for (int round = 0; round < rounds; round++)
        {
            Overload over = Overload.Run(options, 3 * before);
            double after = Capacity(options);
            double capacity = (before + after) / 2;
            kept.Add(over.Good / capacity);
            Console.WriteLine($"{capacity,11:N0} {over.Good,9:N0} {kept[^1],12:F2} {over.Refused,10:N0} {over.Timeouts,11:P0}");
            before = after;
        }

        Console.WriteLine($"median: {kept.Order().ElementAt(rounds / 2):F2} of capacity; aim: 0.90");
        ShowRecovery(options, before);
    }

    private static void ShowRecovery(LoadOptions options, double capacity)
    {
        Console.WriteLine($"three times {capacity:N0}/s, then half of it: good of asked for, by second after the overload; p99 ms then");
        for (int round = 0; round < Recoveries; round++)
        {
            Overload.Run(options, 3 * capacity);
            LoadOptions half = options with
            {
                RequestsPerSecond = capacity / 2,
                Warmup = TimeSpan.Zero,
                Duration = TimeSpan.FromSeconds(RecoverySeconds),
                DrainTimeout = TimeSpan.FromSeconds(1),
            };
            var after = new AnswersBySecond();
            LoadGenerator.Run(half, after);
            LoadReport later = LoadGenerator.Run(half);
            Console.WriteLine(string.Concat(after.Good.Select(second => $" {second / (capacity / 2),5:F2}")) + $"; {later.Latency.Percentile(99) / 1e6:F1}");
        }
    }

    private static double Capacity(LoadOptions options)
    {
        LoadReport report = LoadGenerator.Run(options);
        return report.Replies.Ok / report.Elapsed.TotalSeconds;
    }

    /// <summary>A time in which more is asked for than the store can take.</summary>
    /// <param name="Good">Answers 0 per second.</param>
    /// <param name="Refused">Other answers per second.</param>
    /// <param name="Timeouts">The share of code 12 in those.</param>
    private readonly record struct Overload(double Good, double Refused, double Timeouts)
    {
        public static Overload Run(LoadOptions options, double requestsPerSecond)
        {
            // So many in flight that the timeout, and not the client's patience, is what ends a wait.
            // All is recorded, so that the report has the codes; the first seconds are left out of the rates.
            var seconds = new AnswersBySecond();
            LoadReport report = LoadGenerator.Run(
                options with
                {
                    RequestsPerSecond = requestsPerSecond,
                    Pipeline = 1024,
                    Warmup = TimeSpan.Zero,
                    Duration = options.Duration + TimeSpan.FromSeconds(LeadSeconds),
                },
                seconds);
            long timeouts = report.Replies.Rows.Where(row => row.Code == (int)SendStatus.Timeout).Sum(row => row.Count);
            return new Overload(
                seconds.Good[LeadSeconds..].Average(), seconds.Refused[LeadSeconds..].Average(), (double)timeouts / Math.Max(1, report.Replies.Failures));
        }
    }
}
