using Xunit;

namespace Ddmq.FunctionalTests.Cli;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("send")]
    [InlineData("tail")]
    [InlineData("topics")]
    [InlineData("status")]
    [InlineData("top")]
    [InlineData("explain")]
    [InlineData("bench")]
    [InlineData("doctor")]
    public async Task Help_Verb_HasItsOptionsAndAnExample(string verb)
    {
        CliRun run = await CliRun.RunAsync([verb, "--help"]);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("--json", run.Out);
        Assert.Contains($"  ddmq {verb}", run.Out[run.Out.IndexOf("Examples:", StringComparison.Ordinal)..]);
    }

    [Theory]
    [InlineData("zk", "init")]
    [InlineData("zk", "cluster", "set")]
    [InlineData("zk", "bind")]
    [InlineData("zk", "unbind")]
    [InlineData("zk", "topic", "create")]
    [InlineData("zk", "topic", "set")]
    [InlineData("zk", "topic", "delete")]
    [InlineData("zk", "show")]
    [InlineData("zk", "history")]
    [InlineData("zk", "rollback")]
    public async Task Help_NestedVerb_HasItsOptionsOnceAndAnExample(params string[] verb)
    {
        CliRun run = await CliRun.RunAsync([.. verb, "--help"]);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("--zookeeper", run.Out);
        string[] options = [.. run.OutLines.Where(line => line.StartsWith("  -", StringComparison.Ordinal)).Select(line => line.Split(' ', 4)[2].TrimEnd(','))];
        Assert.Equal(options.Distinct(), options);
        Assert.Contains($"  ddmq {string.Join(' ', verb)}", run.Out[run.Out.IndexOf("Example", StringComparison.Ordinal)..]);
    }

    [Fact]
    public async Task Help_Root_ListsEveryVerb()
    {
        CliRun run = await CliRun.RunAsync(["--help"]);

        Assert.Equal(0, run.ExitCode);
        Assert.All(["send", "tail", "topics", "status", "top", "explain", "bench", "doctor", "zk", "DDMQ_PROXY", "DDMQ_ADMIN"], word => Assert.Contains(word, run.Out));
    }

    [Theory]
    [InlineData("did you mean 'send'?", "sned", "t", "b")]
    [InlineData("did you mean '--tag'?", "send", "t", "b", "--tga", "x")]
    [InlineData("did you mean '--admin'?", "status", "--amdin", "x")]
    [InlineData("'publish' is not a verb", "publish")]
    [InlineData("no verb given: send, tail, topics, status, top, explain, spool, replay, bench, doctor, zk")]
    [InlineData("no verb given: create, set, delete. See ddmq zk topic --help", "zk", "topic")]
    [InlineData("'crate' is not a verb of ddmq zk topic; did you mean 'create'? See ddmq zk topic --help", "zk", "topic", "crate")]
    [InlineData("did you mean '--zookeeper'? See ddmq zk bind --help", "zk", "bind", "a:1", "--zokeeper", "b:2")]
    public async Task Run_WrongWord_ExitsWith2AndSaysWhatWasMeant(string expected, params string[] arguments)
    {
        CliRun run = await CliRun.RunAsync(arguments);

        Assert.Equal((2, ""), (run.ExitCode, run.Out));
        Assert.Contains(expected, run.Error);
        Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task Run_HostileWord_IsEscapedInTheError()
    {
        CliRun run = await CliRun.RunAsync(["\u001b[2J"]);

        Assert.DoesNotContain('\u001b', run.Error);
    }
}
