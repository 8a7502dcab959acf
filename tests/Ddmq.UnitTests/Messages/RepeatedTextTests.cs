using System.Text;
using Ddmq.Core.Messages;
using Xunit;

namespace Ddmq.UnitTests.Messages;

/// <summary>A text given again and again is made once, and never given to another result.</summary>
public sealed class RepeatedTextTests
{
    [Fact]
    public void Utf8_SameDetailAgain_AllocatesNothing()
    {
        SendResult result = SendResult.Refused(SendStatus.RateLimited, "limit of topic t");
        byte[] first = ResultText.Utf8(result).ToArray();

        ReadOnlyMemory<byte> again = default;
        Assert.Equal(0, Allocated.By(() => again = ResultText.Utf8(result)));
        Assert.Equal(first, again.ToArray());
    }

    [Fact]
    public void Utf8_SameDetailOtherResult_IsTheOtherText()
    {
        const string Detail = "the same words";

        Assert.Equal("FAILED: Send timeout; stored=unknown; the same words", Text(SendResult.Failed(SendStatus.Timeout, Stored.Unknown, Detail)));
        Assert.Equal("FAILED: Send timeout; stored=no; the same words", Text(SendResult.Failed(SendStatus.Timeout, Stored.No, Detail)));
        Assert.Equal("FAILED: Refused by the rate limiter.; the same words", Text(SendResult.Refused(SendStatus.RateLimited, Detail)));
    }

    [Fact]
    public void Utf8_MoreTextsThanAreKept_AreAllRight()
    {
        SendResult[] results = [.. Enumerable.Range(0, 1000).Select(i => SendResult.Refused(SendStatus.RateLimited, $"detail {i}"))];
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < results.Length; i++)
            {
                Assert.Equal($"FAILED: Refused by the rate limiter.; detail {i}", Text(results[i]));
            }
        }
    }

    private static string Text(SendResult result) => Encoding.UTF8.GetString(ResultText.Utf8(result).Span);
}
