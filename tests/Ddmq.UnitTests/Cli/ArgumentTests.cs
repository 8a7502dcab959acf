using Ddmq.Cli;
using Ddmq.Cli.Commands;
using Ddmq.Thrift.Protocol;
using Xunit;

namespace Ddmq.UnitTests.Cli;

public sealed class ArgumentTests
{
    [Theory]
    [InlineData("proxy", "proxy", 9613)]
    [InlineData("proxy:1", "proxy", 1)]
    [InlineData("10.0.0.1:65535", "10.0.0.1", 65535)]
    [InlineData("[::1]:9700", "::1", 9700)]
    [InlineData("[::1]", "::1", 9613)]
    public void ParseHostPort_Address_IsTakenApart(string text, string host, int port) =>
        Assert.Equal((host, port), GlobalOptions.ParseHostPort(text));

    [Theory]
    [InlineData("")]
    [InlineData(":9613")]
    [InlineData("proxy:")]
    [InlineData("proxy:0")]
    [InlineData("proxy:65536")]
    [InlineData("proxy:-1")]
    [InlineData("proxy:96x")]
    [InlineData("[::1")]
    [InlineData("[::1]9613")]
    public void ParseHostPort_NoAddress_IsAUsageError(string text)
    {
        var exception = Assert.Throws<CliException>(() => GlobalOptions.ParseHostPort(text));

        Assert.Equal(ExitCodes.Usage, exception.ExitCode);
        Assert.Contains("127.0.0.1:9613", exception.Message);
    }

    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("10s", 10_000)]
    [InlineData("1.5s", 1_500)]
    [InlineData("2m", 120_000)]
    [InlineData("7", 7_000)]
    [InlineData("0", 0)]
    public void ParseDuration_Duration_IsRead(string text, double milliseconds) =>
        Assert.Equal(milliseconds, DurationText.Parse("--duration", text).TotalMilliseconds);

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1h")]
    [InlineData("25m5")]
    [InlineData("1441m")]
    [InlineData("1e9")]
    public void ParseDuration_NoDuration_IsAUsageErrorThatNamesTheOption(string text)
    {
        var exception = Assert.Throws<CliException>(() => DurationText.Parse("--warmup", text));

        Assert.Equal(ExitCodes.Usage, exception.ExitCode);
        Assert.Contains("--warmup", exception.Message);
    }

    [Fact]
    public void ParseProtocol_KnownNames_AreRead()
    {
        Assert.Equal(ThriftProtocol.Compact, ProtocolOption.Parse("compact"));
        Assert.Equal(ThriftProtocol.Binary, ProtocolOption.Parse("binary"));
        Assert.Throws<CliException>(() => ProtocolOption.Parse("json"));
    }

    [Theory]
    [InlineData("sned", "send")]
    [InlineData("sen", "send")]
    [InlineData("topic", "topics")]
    [InlineData("statsu", "status")]
    [InlineData("--tagg", "--tag")]
    [InlineData("tail", "tail")]
    [InlineData("publish", null)]
    [InlineData("x", null)]
    public void Nearest_Token_IsWhatAPersonMeant(string token, string? expected) =>
        Assert.Equal(expected, UsageErrors.Nearest(token, ["send", "tail", "topics", "status", "bench", "--tag", "--key"]));
}
