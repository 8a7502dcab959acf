using System.Text.Json;
using Ddmq.TestKit.Proxy;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Ddmq.FunctionalTests.Cli;

public sealed class TopicsAndStatusTests
{
    [Fact]
    public async Task Topics_AfterSends_CountsMessages()
    {
        await using TestProxy proxy = await TestProxy.StartAsync();
        string admin = proxy.Admin.BaseAddress!.ToString();
        await CliRun.RunAsync(["send", "orders", "x", "--count", "7", "--partition", "1", "--proxy", proxy.Thrift.ToString()]);

        CliRun all = await CliRun.RunAsync(["topics", "--admin", admin]);
        CliRun one = await CliRun.RunAsync(["topics", "orders", "--admin", admin]);
        CliRun json = await CliRun.RunAsync(["topics", "orders", "--json", "--admin", admin]);
        CliRun none = await CliRun.RunAsync(["topics", "other", "--admin", admin]);

        Assert.Equal((0, 0, 0, 1), (all.ExitCode, one.ExitCode, json.ExitCode, none.ExitCode));
        Assert.Equal(["orders", "4", "7"], all.OutLines[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[..3]);
        Assert.Equal(["1", "0", "7", "7"], one.OutLines[2].Split(' ', StringSplitOptions.RemoveEmptyEntries)[..4]);
        using JsonDocument document = JsonDocument.Parse(json.Out);
        Assert.Equal(7, document.RootElement.GetProperty("partitions")[1].GetProperty("nextOffset").GetInt64());
        Assert.Contains("topic other", none.Error);
    }

    [Fact]
    public async Task Status_ReadyProxy_ExitsWith0()
    {
        await using TestProxy proxy = await TestProxy.StartAsync();
        string admin = proxy.Admin.BaseAddress!.ToString();
        await CliRun.RunAsync(["send", "orders", "x", "--count", "5", "--proxy", proxy.Thrift.ToString()]);

        CliRun text = await CliRun.RunAsync(["status", "--admin", admin]);
        CliRun json = await CliRun.RunAsync(["status", "--json", "--admin", admin]);

        Assert.Equal((0, 0), (text.ExitCode, json.ExitCode));
        Assert.Equal("ready", text.OutLines[0]);
        Assert.Contains("OK 5", text.Out);
        using JsonDocument document = JsonDocument.Parse(json.Out);
        Assert.True(document.RootElement.GetProperty("ready").GetBoolean());
    }

    [Fact]
    public async Task Status_ProxyThatIsNotReady_ExitsWith1AndSaysWhy()
    {
        await using ScriptedAdmin admin = await ScriptedAdmin.StartAsync(context => context.Response.WriteAsync("""
            {"version":"1","processId":1,"started":"2026-11-23T00:00:00Z","uptimeSeconds":90061,"ready":false,"reason":"disk\u001b full",
             "connections":0,"topics":0,"messages":{"received":0,"inFlight":0,"answered":{}}}
            """));

        CliRun run = await CliRun.RunAsync(["status"], variables: new Dictionary<string, string> { ["DDMQ_ADMIN"] = admin.Url });

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("not ready: disk\\u{1b} full", run.OutLines[0]);
        Assert.Contains("1d 01:01:01", run.Out);
    }

    [Theory]
    [InlineData("status")]
    [InlineData("topics")]
    [InlineData("top")]
    [InlineData("explain", "key")]
    public async Task AdminVerb_NobodyListens_ExitsWith3AndSaysHowToStartAProxy(params string[] verb)
    {
        CliRun run = await CliRun.RunAsync([.. verb, "--admin", $"http://127.0.0.1:{SendCommandTests.FreePort()}"]);

        Assert.Equal((3, ""), (run.ExitCode, run.Out));
        Assert.Matches(@"^ddmq: cannot reach the admin API at http://.*control\.sh start.*--admin URL.*\n$", run.Error);
    }

    [Theory]
    [InlineData("status", "[]")]
    [InlineData("status", "<html>")]
    [InlineData("topics", "{}")]
    [InlineData("topics", "[{\"topic\":3}]")]
    [InlineData("top", "{}")]
    [InlineData("explain key", "{\"messages\":[{}]}")]
    public async Task AdminVerb_AnswerOfSomethingElse_IsAnErrorInOneLine(string verb, string answer)
    {
        await using ScriptedAdmin admin = await ScriptedAdmin.StartAsync(context => context.Response.WriteAsync(answer));

        CliRun run = await CliRun.RunAsync([.. verb.Split(' '), "--admin", admin.Url]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("is that the admin API of a Ddmq proxy?", run.Error);
        Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
    }
}
