using System.Text.Json;
using Ddmq.Cli.Sending;
using Xunit;

namespace Ddmq.UnitTests.Cli;

public sealed class SendSummaryTests
{
    [Fact]
    public void ToJson_MixedOutcomes_AddUp()
    {
        SendSummary summary = Mixed();

        using JsonDocument document = JsonDocument.Parse(summary.ToJson(isComplete: false));

        JsonElement json = document.RootElement;
        Assert.Equal(4, json.GetProperty("sent").GetInt64());
        Assert.Equal(1, json.GetProperty("ok").GetInt64());
        Assert.Equal(3, json.GetProperty("failed").GetInt64());
        Assert.False(json.GetProperty("complete").GetBoolean());
        Assert.Equal(4, json.GetProperty("results").EnumerateObject().Sum(result => result.Value.GetInt64()));
        Assert.Equal(1, json.GetProperty("results").GetProperty("FAIL_ILLEGAL_MSG").GetInt64());
        Assert.Equal([2, 3, 4], json.GetProperty("failures").EnumerateArray().Select(failure => failure.GetProperty("message").GetInt32()));
        Assert.Equal(JsonValueKind.Null, json.GetProperty("failures")[2].GetProperty("code").ValueKind);
    }

    [Fact]
    public void ToLine_MixedOutcomes_NamesEachCode()
    {
        string line = Mixed().ToLine(isComplete: true);

        Assert.StartsWith("1 of 4 messages stored in t, 1 CODE_77, 1 FAIL_ILLEGAL_MSG, 1 NO_RESULT (", line);
    }

    [Fact]
    public void ToLine_SomeSpooled_SaysHowMany()
    {
        var summary = new SendSummary("t");
        summary.Add(new SendOutcome(1, 0, "OK"));
        summary.Add(new SendOutcome(2, 0, "OK; spooled until cluster A takes messages again"));

        Assert.StartsWith("2 of 2 messages stored in t (1 on the proxy's disk, to be delivered later) (", summary.ToLine(isComplete: true), StringComparison.Ordinal);
        Assert.Equal(1, JsonDocument.Parse(summary.ToJson(isComplete: true)).RootElement.GetProperty("spooled").GetInt64());
    }

    [Fact]
    public void Describe_HostileText_IsEscaped() => Assert.Equal(
        "message 5: code 11 FAIL_ILLEGAL_MSG: \\u{1b}[2J",
        SendSummary.Describe(new SendOutcome(5, 11, "\u001b[2J")));

    private static SendSummary Mixed()
    {
        var summary = new SendSummary("t");
        summary.Add(new SendOutcome(1, 0, "OK"));
        summary.Add(new SendOutcome(2, 11, "too large"));
        summary.Add(new SendOutcome(3, 77, "from the future"));
        summary.Add(new SendOutcome(4, null, "connection lost"));
        return summary;
    }
}
