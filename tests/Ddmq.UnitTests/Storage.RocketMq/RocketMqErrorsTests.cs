using Ddmq.Core.Messages;
using Ddmq.Storage.RocketMq;
using Ddmq.Storage.RocketMq.Remoting;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocketMq;

public sealed class RocketMqErrorsTests
{
    [Theory]
    [InlineData(1, SendStatus.Unknown, true, true)]
    [InlineData(2, SendStatus.Unknown, true, false)]
    [InlineData(3, SendStatus.Unknown, false, false)]
    [InlineData(13, SendStatus.IllegalMessage, false, false)]
    [InlineData(14, SendStatus.Unknown, true, true)]
    [InlineData(15, SendStatus.Unknown, false, false)]
    [InlineData(16, SendStatus.Unknown, true, true)]
    [InlineData(17, SendStatus.TopicNotExist, true, true)]
    [InlineData(26, SendStatus.Unknown, false, false)]
    [InlineData(29, SendStatus.Unknown, true, true)]
    [InlineData(204, SendStatus.Unknown, true, false)]
    [InlineData(205, SendStatus.Unknown, true, false)]
    [InlineData(215, SendStatus.Unknown, false, false)]
    [InlineData(501, SendStatus.Unknown, true, true)]
    [InlineData(604, SendStatus.Unknown, false, false)]
    [InlineData(1500, SendStatus.Unknown, true, true)]
    public void OfCode_KnownCode_IsCertainlyNotStored(int code, SendStatus status, bool retryElsewhere, bool isRouteStale)
    {
        RocketMqErrors.Row row = RocketMqErrors.OfCode(code);

        Assert.Equal((status, Stored.No, retryElsewhere, isRouteStale), (row.Status, row.Stored, row.RetryElsewhere, row.IsRouteStale));
    }

    [Fact]
    public void OfCode_CodeFromTheFuture_IsUnknown()
    {
        RocketMqErrors.Row row = RocketMqErrors.OfCode(4711);

        Assert.Equal((SendStatus.Unknown, Stored.Unknown, false), (row.Status, row.Stored, row.RetryElsewhere));
    }

    [Theory]
    [InlineData(CallFailure.NotSent, SendStatus.Unknown, Stored.No, true)]
    [InlineData(CallFailure.Full, SendStatus.Unknown, Stored.No, true)]
    [InlineData(CallFailure.NotWritten, SendStatus.Unknown, Stored.No, false)]
    [InlineData(CallFailure.Expired, SendStatus.Timeout, Stored.No, false)]
    [InlineData(CallFailure.Hopeless, SendStatus.RateLimited, Stored.No, false)]
    [InlineData(CallFailure.Overtaking, SendStatus.Unknown, Stored.No, false)]
    [InlineData(CallFailure.Lost, SendStatus.Unknown, Stored.Unknown, true)]
    [InlineData(CallFailure.NoReply, SendStatus.Timeout, Stored.Unknown, true)]
    [InlineData(CallFailure.StoppedUnsent, SendStatus.ShuttingDown, Stored.No, false)]
    [InlineData(CallFailure.StoppedUnanswered, SendStatus.Unknown, Stored.Unknown, false)]
    internal void Failed_NoReply_SaysWhatIsKnown(CallFailure failure, SendStatus status, Stored stored, bool retryElsewhere)
    {
        SendResult result = RocketMqErrors.Failed(failure, "broker-a", "because");

        Assert.Equal((status, stored, retryElsewhere), (result.Status, result.Stored, result.RetryElsewhere));
    }

    [Theory]
    [InlineData(false, false, SendStatus.RateLimited)]
    [InlineData(true, false, SendStatus.RateLimited)]
    [InlineData(false, true, SendStatus.Unknown)]
    public void Hopeless_TooManyWait_IsForTheSpoolWhereThereIsOneAndNamesTheBroker(bool hasElsewhere, bool hasSpool, SendStatus status)
    {
        SendResult result = RocketMqErrors.Hopeless("broker-a", hasElsewhere, hasSpool);

        Assert.Equal((status, Stored.No, hasElsewhere), (result.Status, result.Stored, result.RetryElsewhere));
        Assert.Equal("broker-a has more waiting than it answers in this call's time, try again later", result.Detail);
    }

    [Theory]
    [InlineData(0, WeakStorage.IsFailure, SendStatus.Ok)]
    [InlineData(10, WeakStorage.IsOk, SendStatus.Ok)]
    [InlineData(11, WeakStorage.IsOk, SendStatus.Ok)]
    [InlineData(12, WeakStorage.IsOk, SendStatus.Ok)]
    [InlineData(10, WeakStorage.IsFailure, SendStatus.Unknown)]
    [InlineData(11, WeakStorage.IsFailure, SendStatus.Unknown)]
    [InlineData(12, WeakStorage.IsFailure, SendStatus.Unknown)]
    public void OfStored_StrongOrWeak_IsStoredAndFollowsThePolicy(int code, WeakStorage policy, SendStatus status)
    {
        Assert.True(RocketMqErrors.IsStored(code));

        SendResult result = RocketMqErrors.OfStored(code, 3, 77, policy);

        Assert.Equal((status, Stored.Yes, 3, 77L), (result.Status, result.Stored, result.Partition, result.Offset));
    }

    [Fact]
    public void Refused_LongRemark_IsCut()
    {
        SendResult result = RocketMqErrors.Refused(2, "broker-a", new string('x', 5000));

        Assert.StartsWith("broker-a answered 2: xxx", result.Detail, StringComparison.Ordinal);
        Assert.InRange(result.Detail!.Length, 100, 250);
    }
}
