using Ddmq.Cli.Bench;
using Ddmq.Core.Messages;

namespace Ddmq.Benchmarks;

/// <summary>
/// What is left of the throughput when three times as much is asked for, and how soon is all well again? Good is what is answered 0, which
/// the proxy does within the clients' timeout only; it is counted when the answer comes. The load generator runs on the same CPUs, and making
/// and reading three times the bytes takes from them whoever reads them. What that alone costs is the control: the capacity, measured again
/// while the excess goes to another process, which looks at no more than the frames' lengths.
/// </summary>
internal static class OverloadBenchmark
{
    private const long TimeoutMs = 200;
    private const int RecoverySeconds = 6;

    public static void Run(int rounds, int seconds, int bodySize)
    {
        Console.WriteLine(
            $"embedded store, {bodySize} B bodies, sendSync with a timeout of {TimeoutMs} ms, 64 connections, {rounds} rounds of {seconds} s; "
            + "then half the capacity is asked for");
        Console.WriteLine($"{"capacity/s",11} {"good/s",9} {"of capacity",12} {"of control",11} {"refused/s",10} {"of them 12",10}   good of asked for, by second after it; p99 ms then");
        for (int round = 0; round < rounds; round++)
        {
            // A proxy of its own for each round: compactions of the last one's data are not this one's load.
            using BenchmarkServer server = BenchmarkServer.Start("rocksdb");
            LoadOptions options = new()
            {
                EndPoint = server.EndPoint,
                Connections = 64,
                Pipeline = 64,
                BodySize = bodySize,
                TimeoutMs = TimeoutMs,
                Warmup = TimeSpan.FromSeconds(2),
                Duration = TimeSpan.FromSeconds(seconds),
                DrainTimeout = TimeSpan.Zero,
            };
            LoadReport closed = LoadGenerator.Run(options);
            double capacity = closed.Replies.Ok / closed.Elapsed.TotalSeconds;

            using BenchmarkServer elsewhere = BenchmarkServer.Start("bare");
            Task<LoadReport> excess = Task.Run(() => LoadGenerator.Run(options with
            {
                EndPoint = elsewhere.EndPoint,
                RequestsPerSecond = 2 * capacity,
            }));
            LoadReport beside = LoadGenerator.Run(options);
            excess.GetAwaiter().GetResult();
            double control = beside.Replies.Ok / beside.Elapsed.TotalSeconds;

            // So many in flight that the timeout, and not the client's patience, is what ends a wait.
            // All is recorded, so that the report has the codes; the first seconds are left out of the rates.
            (List<double> allGood, List<double> allRefused, LoadReport over) = Run(options with
            {
                RequestsPerSecond = 3 * capacity,
                Pipeline = 1024,
                Warmup = TimeSpan.Zero,
                Duration = TimeSpan.FromSeconds(seconds + 2),
            });
            List<double> good = allGood[2..];
            List<double> refused = allRefused[2..];
            long timeouts = over.Replies.Rows.Where(row => row.Code == (int)SendStatus.Timeout).Sum(row => row.Count);
            LoadOptions half = options with
            {
                RequestsPerSecond = capacity / 2,
                Warmup = TimeSpan.Zero,
                Duration = TimeSpan.FromSeconds(RecoverySeconds),
                DrainTimeout = TimeSpan.FromSeconds(1),
            };
            (List<double> after, _, _) = Run(half);
            (_, _, LoadReport later) = Run(half);
            Console.WriteLine(
                $"{capacity,11:N0} {good.Average(),9:N0} {good.Average() / capacity,12:F2} {good.Average() / control,11:F2} {refused.Average(),10:N0} {(double)timeouts / Math.Max(1, over.Replies.Failures),10:P0}  "
                + string.Concat(after.Select(second => $" {second / (capacity / 2),5:F2}")) + $"; {later.Latency.Percentile(99) / 1e6:F1}");
        }
    }

    private static (List<double> Good, List<double> Refused, LoadReport Report) Run(LoadOptions options)
    {
        var seconds = new AnswersBySecond();
        LoadReport report = LoadGenerator.Run(options, seconds);
        return (seconds.Good, seconds.Refused, report);
    }
}
