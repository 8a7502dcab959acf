using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Ddmq.Cli.Bench;
using Ddmq.TestKit.Proxy;
using Ddmq.Thrift.ProducerProxy;
using Ddmq.Thrift.Protocol;
using Xunit;

namespace Ddmq.FunctionalTests.Cli;

public sealed class BenchCommandTests
{
    [Fact]
    public async Task Bench_RealProxy_ReportsWhatTheProxyHasCounted()
    {
        await using TestProxy proxy = await TestProxy.StartAsync();

        CliRun run = await CliRun.RunAsync(
        [
            "bench", "--duration", "500ms", "--warmup", "600ms", "--connections", "4", "--json",
            "--proxy", proxy.Thrift.ToString(), "--admin", proxy.Admin.BaseAddress!.ToString(),
        ]);

        Assert.True(run.ExitCode == 0, run.Error + run.Out);
        using JsonDocument json = JsonDocument.Parse(run.Out);
        JsonElement report = json.RootElement;
        long messages = report.GetProperty("messages").GetInt64();
        JsonElement latency = report.GetProperty("latencyMicroseconds");
        Assert.True(messages > 0);
        Assert.Equal(messages, report.GetProperty("requestsByResult").GetProperty("OK").GetInt64());
        Assert.True(latency.GetProperty("p50").GetDouble() <= latency.GetProperty("p99").GetDouble());
        Assert.True(latency.GetProperty("p99").GetDouble() <= latency.GetProperty("max").GetDouble());
        Assert.Equal(JsonValueKind.Number, report.GetProperty("proxyCpuMicrosecondsPerMessage").ValueKind);
        Assert.Contains("msg/s", run.Error);
        using JsonDocument status = JsonDocument.Parse(await proxy.Admin.GetStringAsync("/api/status"));
        Assert.True(status.RootElement.GetProperty("messages").GetProperty("received").GetInt64() > messages);
    }

    [Fact]
    public async Task Bench_ForPeople_ShowsTheFigures()
    {
        await using var proxy = new ScriptedProxy((_, _) => (0, "OK"));

        CliRun run = await CliRun.RunAsync(
            ["bench", "--heartbeat", "--duration", "100ms", "--warmup", "0", "--proxy", proxy.Address]);

        Assert.Equal(0, run.ExitCode);
        Assert.All(["carrera_heartbeat", "MSG/S", "P50 MS", "P99.9 MS", "OK", "CPU is unknown"], text => Assert.Contains(text, run.Out));
    }

    [Fact]
    public async Task Bench_Refusals_ExitWith1AndAreCountedByCode()
    {
        await using var proxy = new ScriptedProxy((_, number) => number % 2 == 0 ? (15, "FAILED: over the limit") : (0, "OK"));

        CliRun run = await CliRun.RunAsync(
            ["bench", "--connections", "2", "--duration", "100ms", "--warmup", "0", "--proxy", proxy.Address]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("FAIL_REFUSED_BY_RATE_LIMITER", run.Out);
        Assert.Contains("FAILED: over the limit", run.Out);
    }

    [Theory]
    [InlineData(ThriftProtocol.Compact, ProducerServiceMethod.SendSync, 1, 1, 1)]
    [InlineData(ThriftProtocol.Binary, ProducerServiceMethod.SendSync, 3, 8, 2)]
    [InlineData(ThriftProtocol.Compact, ProducerServiceMethod.SendAsync, 5, 2, 3)]
    [InlineData(ThriftProtocol.Compact, ProducerServiceMethod.SendBatchSync, 2, 4, 1)]
    public async Task Run_ClosedLoop_CountsEveryCallOnce(
        ThriftProtocol protocol, ProducerServiceMethod method, int connections, int pipeline, int threads)
    {
        await using var proxy = new ScriptedProxy((_, _) => (0, "OK"));

        LoadReport report = LoadGenerator.Run(Options(proxy) with
        {
            Protocol = protocol,
            Method = method,
            Batch = 10,
            Connections = connections,
            Pipeline = pipeline,
            Threads = threads,
        });

        // What came back after the window is the last request of each place in the pipeline, and not recorded.
        Assert.True(report.IsClean);
        Assert.InRange(proxy.Calls - report.Requests, 0, connections * pipeline);
        Assert.Equal(report.Requests, report.Latency.Count);
        Assert.Equal(report.Requests, report.Replies.Ok);
        Assert.Equal(report.Requests * (method == ProducerServiceMethod.SendBatchSync ? 10 : 1), report.Messages);
    }

    [Fact]
    public async Task Run_OpenLoop_SendsTheScheduleNoMoreNoLess()
    {
        await using var proxy = new ScriptedProxy((_, _) => (0, "OK"));

        LoadReport report = LoadGenerator.Run(Options(proxy) with { RequestsPerSecond = 1000, Threads = 2, Connections = 8 });

        Assert.True(report.IsClean);
        Assert.Equal(200, report.Latency.Count);
        Assert.Equal(200, proxy.Calls);
    }

    [Fact]
    public async Task Run_OpenLoopAgainstAStall_ShowsTheStallInThePercentiles()
    {
        // One connection, one request in flight: what is due during the stall cannot be sent and must not be forgotten.
        var held = new List<Ddmq.Thrift.Server.ThriftCall>();
        await using var proxy = new ScriptedProxy((call, number) =>
        {
            if (number <= 10)
            {
                return (0, "OK");
            }

            held.Add(call);
            return null;
        });

        LoadReport report = LoadGenerator.Run(Options(proxy) with
        {
            RequestsPerSecond = 100,
            Connections = 1,
            Duration = TimeSpan.FromSeconds(1),
            DrainTimeout = TimeSpan.FromMilliseconds(100),
        });

        Assert.Single(held);
        Assert.Equal((10, 1, 89), (report.Replies.Ok, report.Unanswered, report.Unsent));
        Assert.Equal(100, report.Latency.Count);
        Assert.False(report.IsClean);

        // The request due in the middle has waited for half a second, and the drain, when the run ends.
        Assert.InRange(report.Latency.Percentile(50) / 1e9, 0.45, 60);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5000)]
    public async Task Run_Worker_AllocatesNothingPerMessage(double requestsPerSecond)
    {
        await using var proxy = new ScriptedProxy((_, _) => (0, "OK"));
        LoadOptions options = Options(proxy) with { RequestsPerSecond = requestsPerSecond, Connections = 4, Pipeline = 4 };

        // The first run fills what is made once. A collection meanwhile, whoever caused it, counts the rest of the
        // thread's 8 KiB allocation context as used, so the run with the fewest bytes is the one that tells.
        RunWorker(options);
        (long Allocated, long Requests)[] runs = [.. Enumerable.Range(0, 5).Select(_ => RunWorker(options))];

        (long allocated, long requests) = runs.MinBy(run => (double)run.Allocated / run.Requests);
        Assert.True(allocated < requests, $"{allocated} bytes for {requests} requests, and the smallest object has 24");
    }

    [Fact]
    public async Task Run_Cancelled_ReportsWhatThereIs()
    {
        await using var proxy = new ScriptedProxy((_, _) => (0, "OK"));
        using var cancel = new CancellationTokenSource();
        var progress = new CancelAtFirst(cancel);

        LoadReport report = LoadGenerator.Run(Options(proxy) with { Duration = TimeSpan.FromHours(1) }, progress, cancel.Token);

        Assert.True(progress.Seen);
        Assert.True(report.IsClean);
        Assert.True(report.Requests > 0);
        Assert.InRange(report.Elapsed.TotalMinutes, 0, 30);
    }

    [Fact]
    public async Task Run_ServerThatAnswersNonsense_LosesItsConnectionsAndEnds()
    {
        var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task server = Task.Run(async () =>
        {
            for (int i = 0; i < 2; i++)
            {
                using System.Net.Sockets.Socket connection = await listener.AcceptSocketAsync();
                await connection.ReceiveAsync(new byte[1000]);
                await connection.SendAsync(new byte[] { 0, 0, 0, 3, 1, 2, 3 });
            }
        });

        LoadReport report = LoadGenerator.Run(new LoadOptions
        {
            EndPoint = (IPEndPoint)listener.LocalEndpoint,
            Connections = 2,
            Warmup = TimeSpan.Zero,
            Duration = TimeSpan.FromHours(1),
        });

        await server;
        listener.Dispose();
        Assert.Equal((2, 2L), (report.LostConnections, report.Unanswered));
        Assert.Contains("not a reply", report.FirstLoss);
        Assert.False(report.IsClean);
    }

    [Fact]
    public async Task Bench_NobodyListens_ExitsWith3()
    {
        CliRun run = await CliRun.RunAsync(["bench", "--proxy", $"127.0.0.1:{SendCommandTests.FreePort()}"]);

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("control.sh start", run.Error);
    }

    [Theory]
    [InlineData("--duration", "bench", "--duration", "soon")]
    [InlineData("--connections 0", "bench", "--connections", "0")]
    [InlineData("--method", "bench", "--method", "sendDelaySync")]
    [InlineData("--rate", "bench", "--rate", "-1")]
    [InlineData("--topic and --heartbeat", "bench", "--topic", "t", "--heartbeat")]
    public async Task Bench_WrongArguments_ExitWith2(string expected, params string[] arguments)
    {
        CliRun run = await CliRun.RunAsync(arguments);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.Error);
    }

    private static (long Allocated, long Requests) RunWorker(LoadOptions options)
    {
        LoadConnection[] connections =
            [.. Enumerable.Range(0, options.Connections).Select(_ => LoadConnection.Open(options.EndPoint, options.Pipeline))];
        long now = Stopwatch.GetTimestamp();
        var window = new LoadWindow(now, now, now + (long)options.Duration.TotalNanoseconds);
        using var worker = new LoadWorker(options, window, RequestFrames.Encode(options), connections, 0);
        long before = GC.GetAllocatedBytesForCurrentThread();

        worker.Run();

        return (GC.GetAllocatedBytesForCurrentThread() - before, worker.Tally.Completed);
    }

    private static LoadOptions Options(ScriptedProxy proxy) => new()
    {
        EndPoint = proxy.EndPoint,
        Warmup = TimeSpan.Zero,
        Duration = TimeSpan.FromMilliseconds(200),
    };

    /// <summary>Cancels the run at its first progress.</summary>
    private sealed class CancelAtFirst(CancellationTokenSource cancel) : IProgress<LoadProgress>
    {
        public bool Seen { get; private set; }

        public void Report(LoadProgress value)
        {
            Seen = true;
            cancel.Cancel();
        }
    }
}
