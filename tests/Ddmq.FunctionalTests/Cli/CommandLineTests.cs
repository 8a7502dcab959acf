using Xunit;

namespace Ddmq.FunctionalTests.Cli;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("send")]
    [InlineData("tail")]
    [InlineData("topics")]
    [InlineData("status")]
    [InlineData("bench")]
    public async Task Help_Verb_HasItsOptionsAndAnExample(string verb)
    {
        CliRun run = await CliRun.RunAsync([verb, "--help"]);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("--json", run.Out);
        Assert.Contains($"  ddmq {verb}", run.Out[run.Out.IndexOf("Examples:", StringComparison.Ordinal)..]);
    }

    [Fact]
    public async Task Help_Root_ListsEveryVerb()
    {
        CliRun run = await CliRun.RunAsync(["--help"]);

        Assert.Equal(0, run.ExitCode);
        Assert.All(["send", "tail", "topics", "status", "bench", "DDMQ_PROXY", "DDMQ_ADMIN"], word => Assert.Contains(word, run.Out));
    }

    [Theory]
    [InlineData("did you mean 'send'?", "sned", "t", "b")]
    [InlineData("did you mean '--tag'?", "send", "t", "b", "--tga", "x")]
    [InlineData("did you mean '--admin'?", "status", "--amdin", "x")]
    [InlineData("'publish' is not a verb", "publish")]
    [InlineData("no verb given: send, tail, topics, status, bench")]
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
