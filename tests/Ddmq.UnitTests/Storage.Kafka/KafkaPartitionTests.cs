using Confluent.Kafka;
using Ddmq.Storage.Kafka.Sending;
using Xunit;

namespace Ddmq.UnitTests.Storage.Kafka;

public class KafkaPartitionTests
{
    private readonly KafkaPartition _partition = new(new TopicPartition("t", 0));
    private readonly object _client = new();

    [Fact]
    public void MaySend_FirstIsUnderWay_OthersWaitUntilItIsAcknowledged()
    {
        Assert.True(_partition.MaySend(_client));
        Assert.False(_partition.MaySend(_client));

        Assert.True(_partition.Report(_client, isAcknowledged: true));

        Assert.True(_partition.MaySend(_client));
        Assert.True(_partition.MaySend(_client));
        Assert.False(_partition.Report(_client, isAcknowledged: false));
        Assert.True(_partition.MaySend(_client));
    }

    [Fact]
    public void MaySend_FirstCameToNothing_TheNextIsTheFirst()
    {
        Assert.True(_partition.MaySend(_client));

        Assert.True(_partition.Report(_client, isAcknowledged: false));

        Assert.True(_partition.MaySend(_client));
        Assert.False(_partition.MaySend(_client));
    }

    [Fact]
    public void MaySend_AnotherClientTakesOver_BeginsAlone()
    {
        var other = new object();
        Assert.True(_partition.MaySend(_client));
        _partition.Report(_client, isAcknowledged: true);

        Assert.True(_partition.MaySend(other));

        Assert.False(_partition.MaySend(other));
        Assert.False(_partition.Report(_client, isAcknowledged: true));
        Assert.False(_partition.MaySend(other));
        Assert.True(_partition.Report(other, isAcknowledged: true));
        Assert.True(_partition.MaySend(other));
    }
}
