using Ddmq.Core.Messages;
using Ddmq.FunctionalTests.Config.ZooKeeper;
using Ddmq.FunctionalTests.LiveConfiguration;
using Ddmq.TestKit.Requirements;
using Xunit;

namespace Ddmq.FunctionalTests.Limits;

/// <summary>Limits follow the nodes in ZooKeeper while the proxy runs.</summary>
public sealed class LiveLimitTests(ZooKeeperFixture fixture) : LiveNodesTests(fixture)
{
    [RequiresZooKeeperFact]
    public async Task Limiter_SwitchedOnAndChanged_IsInForceWithoutRestart()
    {
        await WriteTopicAsync("orders", maxTps: 0);
        await WriteOwnAsync(isOn: false, "orders");
        await using LiveProxy proxy = await LiveProxy.StartAsync(Address);
        Assert.Equal(SendStatus.Ok, await proxy.SendAsync("orders"));

        // On: the topic's limit of 0 refuses all.
        await WriteOwnAsync(isOn: true, "orders");
        await proxy.AnswersAsync("orders", SendStatus.RateLimited);

        // The topic's limit: messages, then bytes.
        await WriteTopicAsync("orders", maxTps: 1000);
        await proxy.AnswersAsync("orders", SendStatus.Ok);
        await Console.WriteAsync("/topic/orders", Topic("orders", 1000).Replace("\"topic\":", "\"maxBytesPerSecond\":1,\"topic\":", StringComparison.Ordinal));
        await proxy.AnswersAsync("orders", SendStatus.RateLimited);
        await WriteTopicAsync("orders", maxTps: 1000);
        await proxy.AnswersAsync("orders", SendStatus.Ok);

        // The proxy's limit of bytes.
        await Console.WriteAsync(
            ConsoleLike.OwnPath, Own(true, ["orders"]).Replace("\"maxTps\"", "\"maxBytesPerSecond\":1,\"maxTps\"", StringComparison.Ordinal));
        await proxy.AnswersAsync("orders", SendStatus.RateLimited);

        // Off.
        await WriteOwnAsync(isOn: false, "orders");
        await proxy.AnswersAsync("orders", SendStatus.Ok);
    }

    [RequiresZooKeeperFact]
    public async Task Topic_OffTheWhiteListAndBack_IsLimitedAsBefore()
    {
        await WriteTopicAsync("orders", maxTps: 0);
        await WriteOwnAsync(isOn: true, "orders");
        await using LiveProxy proxy = await LiveProxy.StartAsync(Address);
        Assert.Equal(SendStatus.RateLimited, await proxy.SendAsync("orders"));

        await WriteOwnAsync(isOn: true);
        await proxy.AnswersAsync("orders", SendStatus.TopicNotAllowed);
        await WriteOwnAsync(isOn: true, "orders");

        await proxy.AnswersAsync("orders", SendStatus.RateLimited);
    }

    private Task WriteTopicAsync(string topic, int maxTps) => Console.WriteAsync($"/topic/{topic}", Topic(topic, maxTps));

    private Task WriteOwnAsync(bool isOn, params string[] topics) => Console.WriteAsync(ConsoleLike.OwnPath, Own(isOn, topics));

    // At once or not at all: these tests wait for nothing.
    private static string Topic(string topic, int maxTps) => ConsoleLike.Topic(topic, "R_a", maxTps)
        .Replace("\"limiterFailureRetryInterval\":-1", "\"limiterFailureRetryInterval\":0", StringComparison.Ordinal);

    private static string Own(bool isOn, string[] topics) => ConsoleLike.Own(topics, ["R_a"], [], 3000, "127.0.0.1:9876")
        .Replace("\"useRequestLimiter\":false", $"\"useRequestLimiter\":{(isOn ? "true" : "false")}", StringComparison.Ordinal);
}
