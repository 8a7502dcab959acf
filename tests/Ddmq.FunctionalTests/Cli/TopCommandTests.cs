using System.Text;
using System.Text.Json;
using Ddmq.Cli;
using Ddmq.Cli.Output;
using Ddmq.Config;
using Ddmq.TestKit.Proxy;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Ddmq.FunctionalTests.Cli;

public sealed class TopCommandTests
{
    private const string EmptyAnswer = """
        {"time":"2026-11-23T00:00:00Z","intervalSeconds":1,"uptimeSeconds":90061,"ready":false,"reason":"disk\u001b full","degradations":["cluster K\u001b: gone"],
         "connections":2,"cpuCores":0.5,
         "total":{"receivedPerSecond":0,"bytesPerSecond":0,"storedPerSecond":0,"spooledPerSecond":0,"refusedPerSecond":0,"failedPerSecond":0,"inFlight":0,
                  "limitPerSecond":null,"limitUse":null,"latency":{"p50Ms":null,"p99Ms":null,"p999Ms":null}},
         "spool":{"messages":12,"bytes":3400,"oldestAgeSeconds":61.5,"deliveredPerSecond":2},
         "stages":[],"clusters":[],"topicsWithMessages":0,"sort":"rate","topics":[]}
        """;

    [Fact]
    public async Task TopOnce_WhileMessagesCome_HasTheirRatesAndErrors()
    {
        await using TestProxy proxy = await TestProxy.StartAsync();
        string admin = proxy.Admin.BaseAddress!.ToString();
        using var stop = new CancellationTokenSource();
        Task sending = SendUntilAsync(proxy, stop.Token);

        CliRun json = await CliRun.RunAsync(["top", "--json", "--interval", "500ms", "--admin", admin]);
        CliRun text = await CliRun.RunAsync(["top", "--once", "--sort", "errors", "--interval", "500ms", "--admin", admin]);
        await stop.CancelAsync();
        await sending;

        Assert.Equal((0, 0, ""), (json.ExitCode, text.ExitCode, text.Error));
        JsonElement top = JsonDocument.Parse(json.Out).RootElement;
        JsonElement orders = Topic(top, "orders");
        Assert.True(orders.GetProperty("receivedPerSecond").GetDouble() > 0);
        Assert.True(orders.GetProperty("storedPerSecond").GetDouble() > 0);
        Assert.True(orders.GetProperty("latency").GetProperty("p99Ms").GetDouble() > 0);
        Assert.Equal(0, orders.GetProperty("refusedPerSecond").GetDouble());
        JsonElement unknown = Topic(top, "topic_not_register");
        Assert.True(unknown.GetProperty("errorsPerSecond").GetProperty("FAIL_TOPIC_NOT_ALLOWED").GetDouble() > 0);
        Assert.Equal(JsonValueKind.Null, unknown.GetProperty("latency").GetProperty("p50Ms").ValueKind);
        Assert.True(top.GetProperty("clusters")[0].GetProperty("storedPerSecond").GetDouble() > 0);
        Assert.Contains(top.GetProperty("stages").EnumerateArray(), stage =>
            stage.GetProperty("stage").GetString() == "store" && stage.GetProperty("latency").GetProperty("p50Ms").ValueKind == JsonValueKind.Number);

        string[] lines = text.OutLines;
        Assert.DoesNotContain('\u001b', text.Out);
        int refused = Array.FindIndex(lines, line => line.StartsWith("topic_not_register", StringComparison.Ordinal));
        Assert.StartsWith("  FAIL_TOPIC_NOT_ALLOWED ", lines[refused + 1]);
        Assert.True(refused < Array.FindIndex(lines, line => line.StartsWith("orders", StringComparison.Ordinal)), "sorted by errors");
    }

    [Fact]
    public async Task TopOnce_TopicAndProxyWithLimits_SaysHowMuchOfThemIsUsed()
    {
        await using TestProxy proxy = await TestProxy.StartAsync(options =>
        {
            options.CarreraConfiguration.UseRequestLimiter = true;
            options.CarreraConfiguration.MaxTps = 5000;
            options.DefaultTopicInfoConf.Topics = [new TopicOptions { Topic = "orders", TopicUnits = [new TopicUnitOptions { BrokerCluster = "embedded", MaxTps = 1000 }] }];
        });
        await CliRun.RunAsync(["send", "orders", "x", "--proxy", proxy.Thrift.ToString()]);

        JsonElement top = JsonDocument.Parse(await proxy.Admin.GetStringAsync("/api/top?intervalMs=100")).RootElement;

        Assert.Equal(1000, Topic(top, "orders").GetProperty("limitPerSecond").GetDouble());
        Assert.Equal(0, Topic(top, "orders").GetProperty("limitUse").GetDouble());
        Assert.Equal(5000, top.GetProperty("total").GetProperty("limitPerSecond").GetDouble());
    }

    [Fact]
    public async Task Top_MoreTopicsThanAskedFor_SaysHowManyMore()
    {
        await using TestProxy proxy = await TestProxy.StartAsync();
        foreach (string topic in new[] { "a", "b", "c" })
        {
            await CliRun.RunAsync(["send", topic, "x", "--proxy", proxy.Thrift.ToString()]);
        }

        CliRun run = await CliRun.RunAsync(["top", "--once", "--topics", "1", "--interval", "100ms", "--admin", proxy.Admin.BaseAddress!.ToString()]);

        Assert.Equal("2 more topics have had messages", run.OutLines[^1]);
    }

    [Fact]
    public async Task Top_OnATerminal_FitsItAndLeavesItAsItWas()
    {
        await using TestProxy proxy = await TestProxy.StartAsync();
        for (int i = 0; i < 40; i++)
        {
            await CliRun.RunAsync(["send", $"topic-with-quite-a-long-name-{i}", "x", "--proxy", proxy.Thrift.ToString()]);
        }

        string written = await WatchAsync(proxy.Admin.BaseAddress!.ToString(), (80, 24), screens: 2);

        Assert.StartsWith("\u001b[?1049h\u001b[?25l\u001b[H", written);
        Assert.EndsWith("\u001b[?25h\u001b[?1049l", written);
        foreach (string picture in written.Split("\u001b[H")[1..])
        {
            string[] lines = picture[..picture.IndexOf("\u001b[J", StringComparison.Ordinal)].Split("\r\n");
            Assert.True(lines.Length <= 24, $"{lines.Length} lines");
            Assert.All(lines, line => Assert.True(line.Replace("\u001b[K", "", StringComparison.Ordinal).Length <= 80, line));
            Assert.Contains(lines, line => line.StartsWith("TOPIC ", StringComparison.Ordinal));
            Assert.Contains("more rows of topics", lines[^1]);
        }
    }

    [Fact]
    public async Task Top_ProxyThatGoesAway_IsSaidAndWaitedFor()
    {
        bool isGone = false;
        int answers = 0;
        await using ScriptedAdmin admin = await ScriptedAdmin.StartAsync(context =>
        {
            if (isGone)
            {
                isGone = false;
                context.Abort();
                return Task.CompletedTask;
            }

            isGone = Interlocked.Increment(ref answers) == 1;
            return context.Response.WriteAsync(EmptyAnswer);
        });

        string written = await WatchAsync(admin.Url, (80, 24), screens: 3);

        string[] pictures = written.Split("\u001b[H")[1..];
        Assert.Contains("no answer, waiting for the proxy to come back", pictures[1]);
        Assert.Contains("NOT READY", pictures[2]);
    }

    [Fact]
    public async Task Top_HostileAnswer_IsEscaped()
    {
        await using ScriptedAdmin admin = await ScriptedAdmin.StartAsync(context => context.Response.WriteAsync(EmptyAnswer));

        CliRun run = await CliRun.RunAsync(["top", "--once", "--admin", admin.Url]);

        Assert.Equal(0, run.ExitCode);
        Assert.DoesNotContain('\u001b', run.Out);
        Assert.Contains("NOT READY: disk\\u{1b} full", run.Out);
        Assert.Contains("! cluster K\\u{1b}: gone", run.Out);
        Assert.Contains("up 1d 01:01:01", run.Out);
        Assert.Contains("spool 12 messages  3400 B  oldest 62 s  delivered 2.0/s", run.Out);
    }

    [Theory]
    [InlineData("--interval", "10ms")]
    [InlineData("--interval", "2h")]
    [InlineData("--sort", "name")]
    [InlineData("--topics", "1001")]
    public async Task Top_OptionOutOfRange_ExitsWith2(string option, string value)
    {
        CliRun run = await CliRun.RunAsync(["top", option, value]);

        Assert.Equal((2, ""), (run.ExitCode, run.Out));
        Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
    }

    [Theory]
    [InlineData("intervalMs=99")]
    [InlineData("intervalMs=60001")]
    [InlineData("sort=name")]
    [InlineData("sort=1")]
    [InlineData("topics=1001")]
    [InlineData("top=1")]
    public async Task Endpoint_BadQuery_IsRefusedWithWhatWouldBeRight(string query)
    {
        await using TestProxy proxy = await TestProxy.StartAsync();

        using HttpResponseMessage response = await proxy.Admin.GetAsync("/api/top?" + query);

        Assert.Equal(StatusCodes.Status400BadRequest, (int)response.StatusCode);
        Assert.Contains(query + " is not understood; expected intervalMs=100..60000", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Metrics_AfterMessages_HaveTheirDurationsByStageAndTopic()
    {
        await using TestProxy proxy = await TestProxy.StartAsync();
        await CliRun.RunAsync(["send", "orders", "x", "--count", "20", "--proxy", proxy.Thrift.ToString()]);
        await CliRun.RunAsync(["send", "no such topic", "x", "--proxy", proxy.Thrift.ToString()]);

        Dictionary<string, double> metrics = await proxy.MetricsAsync();

        foreach (string stage in new[] { "proxy", "store", "total" })
        {
            Assert.Equal(20, metrics[$"ddmq_send_stage_duration_seconds_count{{stage=\"{stage}\"}}"]);
            Assert.Equal(20, metrics[$"ddmq_send_stage_duration_seconds_bucket{{stage=\"{stage}\",le=\"+Inf\"}}"]);
            Assert.True(metrics[$"ddmq_send_stage_duration_seconds_sum{{stage=\"{stage}\"}}"] > 0);
        }

        Assert.Equal(0, metrics["ddmq_send_stage_duration_seconds_count{stage=\"limiter\"}"]);
        Assert.Equal(20, metrics["ddmq_send_duration_seconds_count{topic=\"orders\"}"]);
        Assert.True(metrics["ddmq_send_duration_seconds{topic=\"orders\",quantile=\"0.99\"}"] > 0);
        Assert.DoesNotContain("ddmq_send_duration_seconds_count{topic=\"topic_not_register\"}", metrics.Keys);
    }

    private static JsonElement Topic(JsonElement top, string name) =>
        top.GetProperty("topics").EnumerateArray().Single(topic => topic.GetProperty("topic").GetString() == name);

    private static async Task SendUntilAsync(TestProxy proxy, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await CliRun.RunAsync(["send", "orders", "x", "--count", "20", "--proxy", proxy.Thrift.ToString()]);
            await CliRun.RunAsync(["send", "no such topic", "x", "--proxy", proxy.Thrift.ToString()]);
        }
    }

    /// <summary>What <c>ddmq top</c> writes to a terminal of that size until it has drawn so many screens and Ctrl-C is pressed.</summary>
    private static async Task<string> WatchAsync(string admin, (int Width, int Height) size, int screens)
    {
        using var output = new ScreenCounter();
        using var interrupt = new CancellationTokenSource();
        using (var context = new CliContext(output, TextWriter.Null) { IsTerminal = true, TerminalSize = () => size })
        {
            Task<int> running = CommandLine.RunAsync(["top", "--interval", "100ms", "--admin", admin], context, interrupt.Token);
            await output.DrawnAsync(screens);
            await interrupt.CancelAsync();
            Assert.Equal(0, await running);
        }

        return output.Text;
    }

    /// <summary>Keeps what is written, and counts the screens in it: one flush each.</summary>
    private sealed class ScreenCounter : MemoryStream
    {
        private readonly SemaphoreSlim _drawn = new(0);

        public string Text => Encoding.UTF8.GetString(ToArray());

        public async Task DrawnAsync(int screens)
        {
            for (int i = 0; i < screens; i++)
            {
                Assert.True(await _drawn.WaitAsync(TimeSpan.FromSeconds(60)), $"{i} of {screens} screens were drawn");
            }
        }

        public override void Flush() => _drawn.Release();
    }
}
