using Ddmq.Config;
using Ddmq.Core.Topics;
using Xunit;

namespace Ddmq.UnitTests.Configuration;

public class TopicConfigsTests
{
    [Fact]
    public void Static_TopicWithEverything_IsCarriedOver()
    {
        CarreraOptions options = Yaml.Options(
            """
            defaultTopicInfoConf:
              topics:
                - topic: orders
                  topicUnits: [{brokerCluster: embedded, maxTps: 5, totalMaxTps: 10}]
                  delayTopic: true
                  autoBatch: true
                  strongOrder: true
                  limiterFailureRetryInterval: 7
            """);

        TopicConfig topic = Assert.Single(Static(options));

        Assert.Equal("orders", topic.Topic);
        Assert.Equal([new TopicUnitConfig { BrokerCluster = "embedded", MaxTps = 5, TotalMaxTps = 10 }], topic.TopicUnits);
        Assert.True(topic.DelayTopic);
        Assert.True(topic.AutoBatch);
        Assert.True(topic.StrongOrder);
        Assert.Equal(7, topic.LimiterFailureRetryInterval);
    }

    [Fact]
    public void Static_TopicWithoutUnits_BelongsToTheEmbeddedStore()
    {
        CarreraOptions options = Yaml.Options("defaultTopicInfoConf: {topics: [{topic: a}]}\nddmq: {store: {clusterName: mine}}");

        TopicConfig topic = Assert.Single(Static(options));

        Assert.Equal("mine", Assert.Single(topic.TopicUnits).BrokerCluster);
        Assert.Equal(new TopicConfig { Topic = "x" }.LimiterFailureRetryInterval, topic.LimiterFailureRetryInterval);
    }

    [Fact]
    public void Static_BothLists_TopLevelWins()
    {
        CarreraOptions options = Yaml.Options(
            """
            defaultTopicInfoConf: {topics: [{topic: a, strongOrder: true}]}
            carreraConfiguration: {defaultTopicInfoConf: {topics: [{topic: a}, {topic: b}]}}
            """);

        IReadOnlyList<TopicConfig> topics = Static(options);

        Assert.Equal(["a", "b"], topics.Select(topic => topic.Topic));
        Assert.True(topics[0].StrongOrder);
    }

    private static IReadOnlyList<TopicConfig> Static(CarreraOptions options) =>
        [.. TopicConfigs.Static(options.DefaultTopicInfoConf, options.CarreraConfiguration.DefaultTopicInfoConf, options.Ddmq.Store.ClusterName)];
}
