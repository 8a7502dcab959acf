using System.Text.Json;
using Ddmq.Core.Messages;
using Ddmq.TestKit.Proxy;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Ddmq.FunctionalTests.Cli;

public sealed class ExplainCommandTests
{
    [Fact]
    public async Task Explain_StoredMessage_SaysWhereItIsAndHowLongItTook()
    {
        await using TestProxy proxy = await TestProxy.StartAsync();
        string admin = proxy.Admin.BaseAddress!.ToString();
        await CliRun.RunAsync(["send", "orders", "x", "--key", "k-1", "--partition", "2", "--proxy", proxy.Thrift.ToString()]);
        await CliRun.RunAsync(["send", "orders", "xyz", "--key", "k-1", "--partition", "2", "--proxy", proxy.Thrift.ToString()]);
        await CliRun.RunAsync(["send", "orders", "x", "--key", "k-2", "--proxy", proxy.Thrift.ToString()]);

        CliRun text = await CliRun.RunAsync(["explain", "k-1", "--admin", admin]);
        CliRun json = await CliRun.RunAsync(["explain", "k-1", "--topic", "orders", "--json", "--admin", admin]);

        Assert.Equal((0, "", 0), (text.ExitCode, text.Error, json.ExitCode));
        Assert.Matches(@"  orders  key k-1  sendSync from 127\.0\.0\.1:\d+, 1 bytes\n", text.Out);
        Assert.Matches(@"attempt 1  cluster embedded: handed over after [\d.]+ ms, [\d.]+ ms later: OK\n", text.Out);
        Assert.Matches(@"answer     code 0 after [\d.]+ ms \(proxy [\d.]+ ms, store [\d.]+ ms\): stored in partition 2 at offset 0\n", text.Out);
        Assert.True(text.Out.IndexOf("offset 0", StringComparison.Ordinal) < text.Out.IndexOf("offset 1", StringComparison.Ordinal));
        Assert.Contains("2 entries of the proxy at", text.Out);
        Assert.Contains("Another proxy may have had the message too", text.Out);
        using JsonDocument document = JsonDocument.Parse(json.Out);
        JsonElement last = document.RootElement.GetProperty("messages")[1];
        Assert.Equal((2, 1L), (last.GetProperty("partition").GetInt32(), last.GetProperty("offset").GetInt64()));
        JsonElement stages = last.GetProperty("stages");
        Assert.Equal(
            stages.GetProperty("totalMs").GetDouble(), stages.GetProperty("proxyMs").GetDouble() + stages.GetProperty("storeMs").GetDouble(), 0.01);
    }

    [Fact]
    public async Task Explain_RefusedMessage_SaysWhy()
    {
        await using TestProxy proxy = await TestProxy.StartAsync();
        string key = new('k', 256);
        await CliRun.RunAsync(["send", "orders", "x", "--key", key, "--proxy", proxy.Thrift.ToString()]);
        await CliRun.RunAsync(["send", "no such topic", "x", "--key", "unknown", "--proxy", proxy.Thrift.ToString()]);

        CliRun tooLong = await CliRun.RunAsync(["explain", key, "--admin", proxy.Admin.BaseAddress!.ToString()]);
        CliRun unknown = await CliRun.RunAsync(["explain", "unknown", "--topic", "no such topic", "--admin", proxy.Admin.BaseAddress!.ToString()]);

        Assert.Equal((0, 0), (tooLong.ExitCode, unknown.ExitCode));
        Assert.Contains($"key {key[..38]}... (256 bytes)", tooLong.Out);
        Assert.Contains("code 11", tooLong.Out);
        Assert.Contains("key has 256 characters", tooLong.Out);
        Assert.DoesNotContain("attempt", tooLong.Out);
        Assert.Contains("code 13", unknown.Out);
    }

    [Fact]
    public async Task Explain_MessageThatTimedOutAndWasStoredAfterAll_SaysBoth()
    {
        var store = new HeldStore();
        await using TestProxy proxy = await TestProxy.StartAsync(store: store);
        string admin = proxy.Admin.BaseAddress!.ToString();
        CliRun sent = await CliRun.RunAsync(["send", "orders", "x", "--key", "slow", "--timeout", "60", "--proxy", proxy.Thrift.ToString()]);
        CliRun before = await CliRun.RunAsync(["explain", "slow", "--admin", admin]);
        store.ReleaseAll(SendResult.Ok(1, 7));

        CliRun after = await CliRun.RunAsync(["explain", "slow", "--admin", admin]);

        Assert.Equal(1, sent.ExitCode);
        Assert.Contains("code 12", before.Out);
        Assert.Contains("stored=unknown", before.Out);
        Assert.DoesNotContain("late ", before.Out);
        Assert.StartsWith(before.Out[..before.Out.IndexOf("\n\n", StringComparison.Ordinal)], after.Out);
        Assert.Matches(@"late       [\d.]+ ms after .* its store said: stored in partition 1 at offset 7\n", after.Out);
    }

    [Fact]
    public async Task Explain_KeyNobodySent_ExitsWith1AndSaysHowFarBackItLooked()
    {
        await using TestProxy proxy = await TestProxy.StartAsync();
        await CliRun.RunAsync(["send", "orders", "x", "--key", "k", "--proxy", proxy.Thrift.ToString()]);
        string admin = proxy.Admin.BaseAddress!.ToString();

        CliRun other = await CliRun.RunAsync(["explain", "other\u001b[2J", "--admin", admin]);
        CliRun otherTopic = await CliRun.RunAsync(["explain", "k", "--topic", "payments", "--json", "--admin", admin]);

        Assert.Equal((1, "", 1), (other.ExitCode, other.Out, otherTopic.ExitCode));
        Assert.Matches(@"^ddmq: this proxy has answered no message with key other\\u\{1b\}\[2J in the last \d+ s\. .*another proxy.*\n$", other.Error);
        Assert.Equal(0, JsonDocument.Parse(otherTopic.Out).RootElement.GetProperty("messages").GetArrayLength());
    }

    [Fact]
    public async Task Explain_RecorderOff_ExitsWith1AndNamesTheSetting()
    {
        await using TestProxy proxy = await TestProxy.StartAsync(options => options.Ddmq.Recorder.Entries = 0);

        CliRun run = await CliRun.RunAsync(["explain", "k", "--admin", proxy.Admin.BaseAddress!.ToString()]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("ddmq.recorder.entries is 0", run.Error);
    }

    [Theory]
    [InlineData("/api/explain", "key=KEY is missing")]
    [InlineData("/api/explain?key=k&limit=0", "limit=0")]
    [InlineData("/api/explain?key=k&limit=many", "limit=many")]
    public async Task Endpoint_BadQuery_IsRefusedWithWhatWouldBeRight(string path, string expected)
    {
        await using TestProxy proxy = await TestProxy.StartAsync();

        using HttpResponseMessage response = await proxy.Admin.GetAsync(path);

        Assert.Equal(StatusCodes.Status400BadRequest, (int)response.StatusCode);
        Assert.Contains(expected, await response.Content.ReadAsStringAsync());
    }
}
