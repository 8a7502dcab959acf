using Ddmq.Core.Messages;
using Xunit;

namespace Ddmq.UnitTests.Messages;

public class SendStatusesTests
{
    /// <summary>
    /// The wire contract with every SDK. If this fails, an SDK in the field will misread the proxy: put the number and
    /// the text back, and add new results at the end.
    /// </summary>
    [Theory]
    [InlineData(0, "OK", "OK")]
    [InlineData(10, "FAIL_UNKNOWN", "FAILED: unknown reason.")]
    [InlineData(11, "FAIL_ILLEGAL_MSG", "FAILED: Message is too large or illegal or the length is 0")]
    [InlineData(12, "FAIL_TIMEOUT", "FAILED: Send timeout")]
    [InlineData(13, "FAIL_TOPIC_NOT_ALLOWED", "FAILED: Topic is not in the proxy white list")]
    [InlineData(14, "FAIL_TOPIC_NOT_EXIST", "FAILED: Topic do not exist!")]
    [InlineData(15, "FAIL_REFUSED_BY_RATE_LIMITER", "FAILED: Refused by the rate limiter.")]
    [InlineData(18, "FAIL_TOPIC_IS_NOT_DELAY", "FAILED: Topic is not delay")]
    [InlineData(19, "FAIL_TOPIC_IS_DELAY", "FAILED: Topic is delay")]
    [InlineData(20, "FAIL_SERVER_SHUTDOWN", "FAILED: Server is shutting down.")]
    [InlineData(21, "FAIL_NO_PRODUCER_FOR_CLUSTER", "FAILED: no producer for cluster.")]
    [InlineData(30, "FAIL_ILLEGAL_UNIQ_DELAY_MSG_ID", "FAILED: Illegal uniqDelayMsgId.")]
    [InlineData(31, "FAIL_ILLEGAL_DELAY_MSG_TYPE", "FAILED: Illegal dMsgType.")]
    [InlineData(32, "FAIL_ILLEGAL_DELAY_ACTION", "FAILED: Illegal delay action.")]
    [InlineData(33, "FAIL_ILLEGAL_DELAY_TIMESTAMP", "FAILED: Illegal delay timestamp.")]
    [InlineData(34, "FAIL_ILLEGAL_DELAY_INNER_TOPIC_SEQ", "FAILED: Illegal delay innerTopicSeq.")]
    [InlineData(35, "FAIL_ILLEGAL_DELAY_LOOP_TIMES", "FAILED: Illegal delay loopTimes.")]
    [InlineData(36, "FAIL_ILLEGAL_DELAY_LOOP_EXPIRE", "FAILED: Illegal delay expire, expire must be greater than timestamp.")]
    [InlineData(37, "FAIL_ILLEGAL_DELAY_LOOP_INTERVAL", "FAILED: Illegal delay interval, interval can not be less than 3.")]
    [InlineData(38, "FAIL_ILLEGAL_DELAY_LOOP_EXPONENT_BASE", "FAILED: Illegal delay exponent base, base can not be less than 2.")]
    public void Status_NumberNameAndText_AreFrozen(int code, string name, string text)
    {
        var status = (SendStatus)code;

        Assert.True(Enum.IsDefined(status));
        Assert.Equal(name, SendStatuses.Name(status));
        Assert.Equal(text, SendStatuses.Text(status));
    }

    [Fact]
    public void All_HasEveryMemberOnce() =>
        Assert.Equal(Enum.GetValues<SendStatus>(), SendStatuses.All);
}
