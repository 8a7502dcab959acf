using System.Text.Json;
using Ddmq.Cli.Output;
using Xunit;

namespace Ddmq.UnitTests.Cli;

public sealed class MessageLineTests
{
    [Fact]
    public void Format_FullMessage_HasEverythingInOneLine() => Assert.Equal(
        "1/42  2026-11-23 08:15:30.123  key=abc tags=red||blue traceId=7 spanId=  a body",
        Format("""
            {"topic":"t","partition":1,"offset":42,"key":"abc","tags":"red||blue","properties":{"traceId":"7","spanId":""},
             "bodyBase64":"YSBib2R5","bornUnixMs":1795421730000,"storeUnixMs":1795421730123}
            """));

    [Fact]
    public void Format_AbsentFields_AreLeftOut() => Assert.Equal(
        "0/0  2026-11-23 08:15:30.000  x",
        Format("""
            {"topic":"t","partition":0,"offset":0,"key":null,"tags":null,"properties":{},
             "bodyBase64":"eA==","bornUnixMs":0,"storeUnixMs":1795421730000}
            """));

    [Fact]
    public void Format_HostileFields_CannotReachTheTerminal() => Assert.Equal(
        "0/0  2026-11-23 08:15:30.000  key=\\u{1b}[31m tags=\\n p\\u{7}=\\u{9b}  \\u{1b}c",
        Format("""
            {"topic":"t","partition":0,"offset":0,"key":"\u001b[31m","tags":"\n","properties":{"p\u0007":"\u009b"},
             "bodyBase64":"G2M=","bornUnixMs":0,"storeUnixMs":1795421730000}
            """));

    private static string Format(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return MessageLine.Format(document.RootElement, TimeZoneInfo.Utc);
    }
}
