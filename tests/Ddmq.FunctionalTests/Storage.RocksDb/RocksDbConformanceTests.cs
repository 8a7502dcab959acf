using Ddmq.TestKit.Storage;

namespace Ddmq.FunctionalTests.Storage.RocksDb;

/// <summary>The embedded store keeps what every store owes.</summary>
public sealed class RocksDbConformanceTests : MessageStoreConformance
{
    protected override Task<MessageStoreFixture> CreateFixtureAsync() => Task.FromResult<MessageStoreFixture>(new RocksDbFixture());
}
