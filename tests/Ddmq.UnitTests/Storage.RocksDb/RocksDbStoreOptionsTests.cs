using Ddmq.Storage.RocksDb;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocksDb;

public sealed class RocksDbStoreOptionsTests
{
    public static TheoryData<string, Action<RocksDbStoreOptions>> Wrong => new()
    {
        { "Path", options => options.Path = " " },
        { "DefaultPartitions", options => options.DefaultPartitions = 0 },
        { "DefaultPartitions", options => options.DefaultPartitions = RocksDbStoreOptions.MaxPartitions + 1 },
        { "Partitions[x]", options => options.Partitions["x"] = 0 },
        { "MaxTopics", options => options.MaxTopics = 0 },
        { "MaxMessageSize", options => options.MaxMessageSize = 0 },
        { "MaxMessageSize", options => options.MaxMessageSize = int.MaxValue },
        { "MaxQueuedBytes", options => options.MaxQueuedBytes = (2L * options.MaxMessageSize) - 1 },
        { "MinFreeBytes", options => options.MinFreeBytes = -1 },
        { "RetentionAge", options => options.RetentionAge = TimeSpan.FromMilliseconds(999) },
        { "RetentionAge", options => options.RetentionAge = TimeSpan.FromSeconds(-1) },
        { "RetentionBytesPerPartition", options => options.RetentionBytesPerPartition = -1 },
        { "RetentionInterval", options => options.RetentionInterval = TimeSpan.FromDays(2) },
        { "WriteBufferBytes", options => options.WriteBufferBytes = 1000 },
        { "BlockCacheBytes", options => options.BlockCacheBytes = 1000 },
    };

    [Fact]
    public void Errors_DefaultsWithAPath_None() => Assert.Empty(new RocksDbStoreOptions { Path = "store" }.Errors());

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Errors_OneValueOutOfRange_IsTheOneNamed(string name, Action<RocksDbStoreOptions> spoil)
    {
        var options = new RocksDbStoreOptions { Path = "store" };
        spoil(options);

        Assert.Contains(options.Errors(), error => error.StartsWith(name + ": ", StringComparison.Ordinal));
    }
}
