using System.Text;
using Ddmq.Core.Messages;
using Xunit;

namespace Ddmq.UnitTests.Messages;

public class ResultTextTests
{
    [Fact]
    public void Utf8_Ok_IsTheOriginalsText() => Assert.Equal("OK", Text(SendResult.Ok(3, 17)));

    [Fact]
    public void Utf8_RefusalWithDetail_KeepsTheOriginalsTextAsPrefix() => Assert.Equal(
        "FAILED: Refused by the rate limiter.; over 100/s",
        Text(SendResult.Refused(SendStatus.RateLimited, "over 100/s")));

    [Theory]
    [InlineData(Stored.Unknown, "FAILED: Send timeout; stored=unknown; late")]
    [InlineData(Stored.No, "FAILED: Send timeout; stored=no; late")]
    [InlineData(Stored.Yes, "FAILED: Send timeout; stored=yes; late")]
    public void Utf8_Timeout_SaysWhetherItMayBeStored(Stored stored, string expected) =>
        Assert.Equal(expected, Text(SendResult.Failed(SendStatus.Timeout, stored, "late")));

    private static string Text(SendResult result) => Encoding.UTF8.GetString(ResultText.Utf8(result).Span);
}
