using System.Globalization;
using Ddmq.Cli.Bench;
using Ddmq.Core.Diagnostics;
using Ddmq.Core.Limits;
using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;
using Ddmq.Core.Topics;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ddmq.Benchmarks;

/// <summary>
/// What do the limits cost, and do they admit what they say? The first part runs messages through the pipeline with a store that does
/// nothing: the limiter's cost is the difference to its being off. The second part asks a real proxy over sockets for more than its limits.
/// </summary>
internal static class LimitsBenchmark
{
    private const int Calls = 1_000_000;
    private const int Rounds = 7;

    public static void Run(double seconds)
    {
        Console.WriteLine($"one thread, {Calls:N0} messages a round, median of {Rounds} rounds");
        Console.WriteLine($"{"pipeline with a store that does nothing",-58} {"CPU ns/message",14} {"B/message",10}");
        Measure("limiter off", NodeLimits.Off, 1000, 0, 0);
        var on = new NodeLimits { IsOn = true, MaxTps = 40_000_000 };
        Measure("admitted: messages of topic and proxy", on, 40_000_000, 0, 0);
        Measure("admitted: messages and bytes of topic and proxy", on with { MaxBytesPerSecond = 1L << 40 }, 40_000_000, 1L << 40, 0);
        Measure("refused by the topic's limit, its text included", on, 1000, 0, SendStatus.RateLimited);
        Measure("refused by the proxy's limit, its text included", on with { MaxTps = 1000 }, 40_000_000, 0, SendStatus.RateLimited);

        Console.WriteLine();
        Console.WriteLine($"real proxy over loopback, closed loop of 64 connections x 16, {seconds} s after 5 s of the same load");
        Console.WriteLine($"{"topics",8} {"limit of each",14} {"admitted/s",12} {"of limit",9} {"refused/s",12} {"CPU us/request",15}");
        Burst(1, 20_000, seconds);
        Burst(10_000, 5, seconds);
    }

    private static void Measure(string name, NodeLimits node, int topicTps, long topicBytes, SendStatus expected)
    {
        var cluster = new Cluster("bench", new NoopStore());
        var catalog = new TopicCatalog(null, 0);
        var config = new TopicConfig
        {
            Topic = "bench",
            TopicUnits = [new TopicUnitConfig { BrokerCluster = "bench", MaxTps = topicTps }],
            LimiterFailureRetryInterval = 0,
            Policy = new TopicPolicy { MaxBytesPerSecond = topicBytes },
        };
        catalog.Replace([(config, [cluster])], "", node);
        using var pipeline = new SendPipeline(
            catalog, new SendTimeouts(), TimeProvider.System, new DropLog(NullLogger.Instance, false), NullLogger<SendPipeline>.Instance);
        var request = new SendRequest { Method = SendMethod.Sync, TopicName = "bench"u8.ToArray(), Body = new byte[100] };
        var nanoseconds = new List<double>();
        var bytes = new List<double>();
        for (int round = 0; round < Rounds; round++)
        {
            int others = 0;
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            double started = Environment.CpuUsage.TotalTime.TotalNanoseconds;
            for (int i = 0; i < Calls; i++)
            {
                pipeline.Enter(request, 50);
                SendResult result = pipeline.SendAsync(request).Result;
                pipeline.Leave(request, result);
                _ = ResultText.Utf8(result);
                others += result.Status == expected ? 0 : 1;
            }

            nanoseconds.Add((Environment.CpuUsage.TotalTime.TotalNanoseconds - started) / Calls);
            bytes.Add((double)(GC.GetAllocatedBytesForCurrentThread() - allocated) / Calls);
            if (others > Calls / 50)
            {
                throw new InvalidOperationException($"{name}: {others} messages were answered otherwise");
            }
        }

        Console.WriteLine($"{name,-58} {Median(nanoseconds),14:F0} {Median(bytes),10:F2}");
    }

    private static void Burst(int topics, int tps, double seconds)
    {
        using BenchmarkServer server = BenchmarkServer.Start(string.Create(CultureInfo.InvariantCulture, $"limits={topics}x{tps}"));
        LoadReport report = LoadGenerator.Run(new LoadOptions
        {
            EndPoint = server.EndPoint,
            Topic = "t",
            Topics = topics,
            Connections = 64,
            Pipeline = 16,
            TimeoutMs = 1000,
            Warmup = TimeSpan.FromSeconds(5),
            Duration = TimeSpan.FromSeconds(seconds),
            ProxyCpuSeconds = () => server.CpuSeconds,
        });
        double admitted = report.Replies.Ok / report.Elapsed.TotalSeconds;
        double refused = report.Replies.Failures / report.Elapsed.TotalSeconds;
        Console.WriteLine(
            $"{topics,8:N0} {tps,14:N0} {admitted,12:N0} {admitted / ((double)topics * tps),9:F4} {refused,12:N0} {report.ProxyCpuMicroseconds,15:F2}");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
