using Ddmq.Cli.Bench;

namespace Ddmq.Benchmarks;

/// <summary>
/// What each layer costs, from a bare echo to the durable store, in one run: throughput, latency and CPU per message
/// against the bare server. Rounds alternate between the servers, and the median round counts, because the machines'
/// speed drifts.
/// </summary>
internal static class FrontDoorBenchmark
{
    private sealed record Case(string Name, string Server, string Topic);

    private sealed record Shape(int Connections, int Pipeline);

    private static readonly Case[] Cases =
    [
        new("bare echo", "bare", "bench"),
        new("heartbeat", "noop", "carrera_heartbeat"),
        new("no-op store", "noop", "bench"),
        new("heartbeat, kestrel", "noop-kestrel", "carrera_heartbeat"),
        new("rocksdb store", "rocksdb", "bench"),
    ];

    public static void Run(int rounds, double seconds)
    {
        var servers = Cases.Select(test => test.Server).Distinct().ToDictionary(kind => kind, BenchmarkServer.Start);
        try
        {
            Console.WriteLine($"closed loop, 100 B bodies, sendSync, {rounds} rounds of {seconds} s, median round; load generator on the same CPUs");
            Console.WriteLine($"{"server",-20} {"conns",6} {"x",3} {"req/s",10} {"of bare",8} {"p50 us",8} {"p99 us",8} {"CPU us",8} {"of bare",8}");
            foreach (Shape shape in new Shape[] { new(1, 1), new(64, 1), new(64, 16) })
            {
                Measure(servers, shape, rounds, seconds);
            }
        }
        finally
        {
            foreach (BenchmarkServer server in servers.Values)
            {
                server.Dispose();
            }
        }
    }

    private static void Measure(Dictionary<string, BenchmarkServer> servers, Shape shape, int rounds, double seconds)
    {
        var reports = Cases.ToDictionary(test => test, _ => new List<LoadReport>());
        for (int round = 0; round < rounds; round++)
        {
            foreach (Case test in Cases)
            {
                BenchmarkServer server = servers[test.Server];
                LoadReport report = LoadGenerator.Run(new LoadOptions
                {
                    EndPoint = server.EndPoint,
                    Topic = test.Topic,
                    Connections = shape.Connections,
                    Pipeline = shape.Pipeline,
                    Warmup = TimeSpan.FromSeconds(round == 0 ? 3 : 0.5),
                    Duration = TimeSpan.FromSeconds(seconds),
                    ProxyCpuSeconds = () => server.CpuSeconds,
                }).Demand(test.Name);
                reports[test].Add(report);
            }
        }

        LoadReport bare = Median(reports[Cases[0]]);
        foreach (Case test in Cases)
        {
            LoadReport report = Median(reports[test]);
            Console.WriteLine(
                $"{test.Name,-20} {shape.Connections,6} {shape.Pipeline,3} {report.MessagesPerSecond,10:N0} "
                + $"{report.MessagesPerSecond / bare.MessagesPerSecond,8:F2} {Micros(report, 50),8:F0} {Micros(report, 99),8:F0} "
                + $"{report.ProxyCpuMicroseconds,8:F2} {report.ProxyCpuMicroseconds / bare.ProxyCpuMicroseconds,8:F2}");
        }

        if (shape.Connections == 1)
        {
            CompareWithDisk(Median(reports[Cases[^1]]), seconds);
        }
    }

    /// <summary>A durable acknowledgement against what the disk asks for the same bytes without us.</summary>
    private static void CompareWithDisk(LoadReport durable, double seconds)
    {
        string folder = Directory.CreateTempSubdirectory("ddmq-benchmark-").FullName;
        try
        {
            double disk = StoreBenchmark.BareAppend(folder, 1, TimeSpan.FromSeconds(seconds)).At(0.5);
            Console.WriteLine(
                $"durable acknowledgement, 1 connection: p50 {Micros(durable, 50):F0} us; bare append + fdatasync: p50 {disk:F0} us; "
                + $"ratio {Micros(durable, 50) / disk:F2}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Micros(LoadReport report, double percent) => report.Latency.Percentile(percent) / 1000.0;

    private static LoadReport Median(List<LoadReport> reports) => reports.OrderBy(report => report.MessagesPerSecond).ElementAt(reports.Count / 2);
}
