using System.Text.Json;
using Ddmq.TestKit;
using Ddmq.TestKit.Proxy;
using Xunit;

namespace Ddmq.FunctionalTests.Cli;

public sealed class ReplayCommandTests : IDisposable
{
    private const string Good =
        """{"bornUnixMs":1,"reason":"FAIL_TIMEOUT","stored":"unknown","detail":null,"topic":"orders","key":"k1","tags":"t||u","partitionId":2,"hashId":7,"properties":{"name":"value"},"bodyBytes":3,"bodyBase64":"b25l"}""";

    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Replay_LineWithABody_SendsTheMessageAsItWas()
    {
        await using TestProxy proxy = await TestProxy.StartAsync();

        CliRun run = await ReplayAsync(proxy, [Good, Good.Replace("orders", "other", StringComparison.Ordinal)], "--topic", "orders");

        Assert.Equal((0, "1 of 1 messages stored or spooled, 1 of them perhaps a second time; 1 lines are of other topics\n"), (run.ExitCode, run.Out));
        JsonElement stored = JsonDocument.Parse(await proxy.Admin.GetStringAsync("/api/topics/orders/messages")).RootElement;
        Assert.Equal(("k1", "t||u", 2, "value", "b25l"), (
            stored.GetProperty("key").GetString(), stored.GetProperty("tags").GetString(), stored.GetProperty("partition").GetInt32(),
            stored.GetProperty("properties").GetProperty("name").GetString(), stored.GetProperty("bodyBase64").GetString()));
    }

    [Theory]
    [InlineData("""{"bornUnixMs":1,"reason":"FAIL_TIMEOUT","stored":"no","topic":"orders","bodyBytes":3}""", "line 2 has no body: it was written while ddmq.logs.dropBodies was off")]
    [InlineData("{\"bornUnixMs\":1,\"rea", "line 2 is not JSON; was its end cut off?")]
    [InlineData("[]", "line 2 is not a line of the drop log")]
    [InlineData("""{"stored":"yes","topic":"orders","bodyBase64":"b25l"}""", "line 2 is stored already")]
    [InlineData("""{"stored":"no","detail":"the entry is damaged","topic":null,"entryBase64":"AA=="}""", "line 2 has no message: the entry is damaged")]
    public async Task Replay_LineThatCannotBeSent_SaysWhichAndWhyAndSendsTheOthers(string line, string expected)
    {
        await using TestProxy proxy = await TestProxy.StartAsync();

        CliRun run = await ReplayAsync(proxy, [Good, line, Good]);

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith(expected, run.Error, StringComparison.Ordinal);
        Assert.StartsWith("2 of 2 messages stored or spooled", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_MessageThatIsRefused_ExitsWith1AndSaysWhich()
    {
        await using TestProxy proxy = await TestProxy.StartAsync();

        CliRun run = await ReplayAsync(proxy, [Good, Good.Replace("b25l", "", StringComparison.Ordinal)], "--rate", "1000");

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("line 2: code 11 FAIL_ILLEGAL_MSG:", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_DryRun_NeedsNoProxyAndSendsNothing()
    {
        CliRun run = await CliRun.RunAsync(["replay", _folder.Write("drop.log", $"{Good}\n\n{Good}\n"), "--dry-run", "--json"]);

        JsonElement json = JsonDocument.Parse(run.Out).RootElement;
        Assert.Equal((0, 2, 0), (run.ExitCode, json.GetProperty("sent").GetInt32(), json.GetProperty("ok").GetInt32()));
    }

    [Fact]
    public async Task Replay_NoSuchFile_ExitsWith2() => Assert.Equal(2, (await CliRun.RunAsync(["replay", _folder["nothing"]])).ExitCode);

    [Fact]
    public async Task Replay_NobodyListens_ExitsWith3()
    {
        CliRun run = await CliRun.RunAsync(["replay", _folder.Write("drop.log", Good), "--proxy", $"127.0.0.1:{SendCommandTests.FreePort()}"]);

        Assert.Equal(3, run.ExitCode);
    }

    private Task<CliRun> ReplayAsync(TestProxy proxy, string[] lines, params string[] more) =>
        CliRun.RunAsync(["replay", _folder.Write("drop.log", string.Join('\n', lines)), "--proxy", proxy.Thrift.ToString(), .. more]);
}
