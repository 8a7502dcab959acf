using Ddmq.Core.Messages;
using Ddmq.Storage.RocketMq;
using Ddmq.Storage.RocketMq.Brokers;
using Ddmq.Storage.RocketMq.NameServers;
using Ddmq.Storage.RocketMq.Remoting;
using Ddmq.Storage.RocketMq.Sending;
using Ddmq.TestKit.Time;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocketMq;

public sealed class QueueChoiceTests
{
    private readonly ManualTimeProvider _time = new();

    // 2^63 mod 6 is 2.
    [Theory]
    [InlineData(0, 9, 0)]
    [InlineData(7, 9, 1)]
    [InlineData(-1, 7, 1)]
    [InlineData(-1, -7, 1)]
    [InlineData(-1, long.MinValue, 2)]
    public void Choose_FirstAttempt_FollowsTheRuleOverTheWholeList(int partitionId, long hashId, int index) =>
        Assert.Equal(index, QueueChoice.Choose(Route(("a", 4), ("b", 2)), Message(partitionId, hashId)).Index);

    [Fact]
    public void Choose_FirstAttemptOfRandomMessages_ReachesEveryQueue()
    {
        TopicRoute route = Route(("a", 2), ("b", 1));

        // 300 random choices leave one of three out once in 10^52 runs.
        HashSet<int> chosen = [.. Enumerable.Range(0, 300).Select(_ => QueueChoice.Choose(route, Message(-2)).Index)];

        Assert.Equal([0, 1, 2], chosen.Order());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Choose_ExplicitOrHashedOnAGreyBroker_StaysOnTheFirstAttempt(int partitionId)
    {
        TopicRoute route = Route(("a", 1), ("b", 1));
        MakeGrey(route.Queues[0]);

        Assert.Equal(0, QueueChoice.Choose(route, Message(partitionId)).Index);
    }

    [Fact]
    public void Choose_RandomWithAGreyBroker_KeepsAwayFromIt()
    {
        TopicRoute route = Route(("a", 2), ("b", 1));
        MakeGrey(route.Queues[0]);

        for (int i = 0; i < 100; i++)
        {
            Assert.Equal("b", QueueChoice.Choose(route, Message(-2)).BrokerName);
        }
    }

    [Fact]
    public void Avoid_AllBrokersGrey_StaysWhereItWas()
    {
        TopicRoute route = Route(("a", 2), ("b", 1));
        MakeGrey(route.Queues[0]);
        MakeGrey(route.Queues[2]);

        Assert.Equal(1, QueueChoice.Avoid(route, 1).Index);
    }

    [Fact]
    public void Avoid_OneBrokerOnly_IsNeverLeft()
    {
        TopicRoute route = Route(("a", 3));
        MakeGrey(route.Queues[0]);

        Assert.Equal(2, QueueChoice.Avoid(route, 2).Index);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 2)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    public void ChooseOther_OtherBrokers_TakesTheFirstOfThemFromTheStartOn(int start, int index) =>
        Assert.Equal(index, QueueChoice.ChooseOther(Route(("a", 2), ("b", 1), ("c", 1)), "a", start).Index);

    [Fact]
    public void ChooseOther_NoOtherBroker_TakesTheStart() =>
        Assert.Equal(1, QueueChoice.ChooseOther(Route(("a", 3)), "a", 1).Index);

    [Fact]
    public void ChooseOther_OtherBrokerGrey_TakesAThirdAndTheGreyOneRatherThanTheSame()
    {
        TopicRoute three = Route(("a", 1), ("b", 1), ("c", 1));
        MakeGrey(three.Queues[1]);
        TopicRoute two = Route(("a", 1), ("b", 1));
        MakeGrey(two.Queues[1]);

        Assert.Equal("c", QueueChoice.ChooseOther(three, "a", 0).BrokerName);
        Assert.Equal("b", QueueChoice.ChooseOther(two, "a", 0).BrokerName);
    }

    [Theory]
    [InlineData(1, "a", false, "b")]
    [InlineData(1, "a", true, "a")]
    [InlineData(1, null, false, "a")]
    [InlineData(0, "a", false, "a")]
    public void Choose_LaterAttempt_GoesElsewhereUnlessTheTopicIsStronglyOrdered(int attempt, string? last, bool strongOrder, string broker)
    {
        SendRequest request = StoreUnderTest.Message("x", partition: 0, strongOrder: strongOrder);
        request.Attempt = attempt;
        request.LastBroker = last;

        Assert.Equal(broker, QueueChoice.Choose(Route(("a", 1), ("b", 1)), request).BrokerName);
    }

    private static SendRequest Message(int partitionId, long hashId = 0)
    {
        SendRequest request = StoreUnderTest.Message("x", partitionId);
        request.HashId = hashId;
        return request;
    }

    private static void MakeGrey(PublishQueue queue) => queue.Client!.Health.Failed(isCertain: true);

    private TopicRoute Route(params (string Broker, int Queues)[] brokers)
    {
        var context = new SendContext(new RocketMqStoreOptions(), "group", _time, NullLogger.Instance, () => { });
        var queues = new List<PublishQueue>();
        foreach ((string broker, int count) in brokers)
        {
            var client = new BrokerClient(broker, new RemotingAddress("127.0.0.1", 1), context, new ConnectionOptions(), () => { });
            for (int id = 0; id < count; id++)
            {
                queues.Add(new PublishQueue(queues.Count, broker, id, client, new FieldBlock([], [])));
            }
        }

        return new TopicRoute([.. queues], IsOrdered: false, IsTemplate: false, HasSeveralBrokers: brokers.Length > 1, "test");
    }
}
