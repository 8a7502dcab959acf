using Ddmq.Storage.RocketMq;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocketMq;

public sealed class RocketMqStoreOptionsTests
{
    [Fact]
    public void Errors_DefaultsWithANameServer_HasNone() =>
        Assert.Empty(new RocketMqStoreOptions { NameServers = ["host:9876"] }.Errors());

    [Fact]
    public void Start_SeveralValuesOutOfRange_NamesEachWithWhatWouldBeRight()
    {
        var options = new RocketMqStoreOptions
        {
            NameServers = ["host", "[::1]:9876", "a:0", "a:65536", ":1"],
            GroupPrefix = "with space",
            Producers = 0,
            MaxMessageSize = 16 * 1024 * 1024,
            DefaultTopicQueueNums = 0,
            AccessKey = "key",
            AutoBatch = new AutoBatchSettings { MaxMessages = 0, MaxBytes = -1, ThresholdBytes = -1 },
        };

        ArgumentException exception =
            Assert.Throws<ArgumentException>(() => RocketMqStore.Start(options, TimeProvider.System, NullLogger.Instance));

        string[] expected =
        [
            "NameServers: \"host\"", "NameServers: \"a:0\"", "NameServers: \"a:65536\"", "NameServers: \":1\"", "GroupPrefix", "Producers: 0 is not within 1 to 16.",
            "MaxMessageSize", "DefaultTopicQueueNums: 0", "AccessKey", "AutoBatch.MaxMessages", "AutoBatch.MaxBytes", "AutoBatch.ThresholdBytes",
        ];
        Assert.All(expected, text => Assert.Contains(text, exception.Message, StringComparison.Ordinal));
        Assert.DoesNotContain("[::1]", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_NoNameServer_SaysSo() => Assert.Contains("NameServers", Assert.Single(new RocketMqStoreOptions().Errors()), StringComparison.Ordinal);
}
