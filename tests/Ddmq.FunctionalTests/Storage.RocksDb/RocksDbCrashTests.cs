using Ddmq.Storage.RocksDb;
using Ddmq.StoreHost;
using Ddmq.TestKit;
using Ddmq.TestKit.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Ddmq.FunctionalTests.Storage.RocksDb;

/// <summary>What a store promises about kill -9, and about two processes in one folder; with real processes.</summary>
public sealed class RocksDbCrashTests : IDisposable
{
    private const int Callers = 64;
    private const int Rounds = 6;

    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Kill_AtRandomMomentsWhileManyWrite_EveryAcknowledgedMessageIsThereOnceAndOffsetsHaveNoGaps()
    {
        var random = new Random(20261123);
        var acknowledged = new List<StoreHostProcess.Acknowledged>();
        for (int round = 0; round < Rounds; round++)
        {
            // The first one is killed as soon as it is up, the others after a random number of acknowledgements.
            using var host = new StoreHostProcess(_folder["store"], Callers, $"r{round}");
            await host.WaitUntilReadyAsync();
            acknowledged.AddRange(await host.ReadAsync(round == 0 ? 0 : random.Next(1, 20_000)));

            acknowledged.AddRange(await host.KillAsync());

            await AssertNothingLost(acknowledged);
        }

        Assert.True(acknowledged.Count > Rounds, "the hosts stored next to nothing");
    }

    [Fact]
    public async Task Open_StoreOpenInAnotherProcess_SaysWhoHoldsWhatAndGoesOnOnceItIsGone()
    {
        using var host = new StoreHostProcess(_folder["store"], 1, "r");
        await host.WaitUntilReadyAsync();

        RocksDbStoreException exception = Assert.Throws<RocksDbStoreException>(() => { Open(); });

        Assert.Contains(_folder["store"], exception.Message);
        Assert.Contains("in use by another process", exception.Message);
        await host.KillAsync();
        await Open().DisposeAsync();
    }

    private async Task AssertNothingLost(List<StoreHostProcess.Acknowledged> acknowledged)
    {
        await using RocksDbStore store = Open();
        for (int topic = 0; topic < HostMessages.Topics; topic++)
        {
            string name = $"t{topic}";
            IReadOnlyList<ReadBackMessage> stored = RocksDbFixture.ReadAll(store, name);
            foreach (IGrouping<int, ReadBackMessage> partition in stored.GroupBy(message => message.Partition))
            {
                Assert.Equal(Enumerable.Range(0, partition.Count()).Select(i => (long)i), partition.Select(message => message.Offset));
            }

            // A message that was not acknowledged may be there too, once and whole.
            Assert.All(stored, message => Assert.True(message.Body.AsSpan().SequenceEqual(HostMessages.Body(message.KeyText!))));
            Dictionary<string, ReadBackMessage> byKey = stored.ToDictionary(message => message.KeyText!);
            foreach (StoreHostProcess.Acknowledged expected in acknowledged.Where(one => one.Topic == name))
            {
                Assert.True(byKey.TryGetValue(expected.Key, out ReadBackMessage? found), $"{expected} is lost");
                Assert.Equal((expected.Partition, expected.Offset), (found.Partition, found.Offset));
            }
        }
    }

    private RocksDbStore Open() => RocksDbStore.Open(
        new RocksDbStoreOptions { Path = _folder["store"], MinFreeBytes = 0 }, TimeProvider.System, NullLogger.Instance);
}
