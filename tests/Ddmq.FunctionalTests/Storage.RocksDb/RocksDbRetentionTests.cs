using Ddmq.Core.Messages;
using Ddmq.Storage.RocksDb;
using Ddmq.TestKit;
using Ddmq.TestKit.Storage;
using Ddmq.TestKit.Time;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Ddmq.FunctionalTests.Storage.RocksDb;

/// <summary>What is deleted, what is not, and that the disk gets it back.</summary>
public sealed class RocksDbRetentionTests : IDisposable
{
    private const long MiB = 1024 * 1024;

    private readonly ScratchFolder _folder = new();
    private readonly ManualTimeProvider _time = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Retention_ByAge_DeletesExactlyWhatIsTooOldAndKeepsTheBeginningAcrossReopening()
    {
        await using (RocksDbStore store = Open(age: TimeSpan.FromHours(2)))
        {
            await Send(store, 10);
            _time.Advance(TimeSpan.FromMinutes(90));
            await Send(store, 10);
            AssertHolds(store, first: 0, next: 20);

            _time.Advance(TimeSpan.FromMinutes(30));
            AssertHolds(store, first: 0, next: 20);

            _time.Advance(TimeSpan.FromMinutes(1));
            AssertHolds(store, first: 10, next: 20);
            Assert.Equal(10, store.Counters.RetentionDeletedMessages);
        }

        await using RocksDbStore reopened = Open(age: TimeSpan.FromHours(2));
        AssertHolds(reopened, first: 10, next: 20);
    }

    [Fact]
    public async Task Retention_EverythingTooOld_OffsetsAreNeverUsedAgain()
    {
        await using (RocksDbStore store = Open(age: TimeSpan.FromHours(2)))
        {
            await Send(store, 10);
            _time.Advance(TimeSpan.FromHours(3));
            AssertHolds(store, first: 10, next: 10);
        }

        await using (RocksDbStore reopened = Open(age: TimeSpan.FromHours(2)))
        {
            AssertHolds(reopened, first: 10, next: 10);
            Assert.Equal(10, (await Send(reopened, 1)).Offset);
            AssertHolds(reopened, first: 10, next: 11);
            _time.Advance(TimeSpan.FromHours(3));
            AssertHolds(reopened, first: 11, next: 11);
            Assert.Equal(11, (await Send(reopened, 1)).Offset);
        }

        await using RocksDbStore last = Open(age: TimeSpan.FromHours(2));
        AssertHolds(last, first: 11, next: 12);
    }

    [Fact]
    public async Task Retention_ClockSetBack_StoreTimesDoNotAndNothingYoungIsDeleted()
    {
        await using (RocksDbStore store = Open(age: TimeSpan.FromHours(2)))
        {
            _time.Advance(TimeSpan.FromHours(10));
            await Send(store, 5);
        }

        // A provider begins at its start again: ten hours earlier.
        var earlier = new ManualTimeProvider();
        await using RocksDbStore reopened = Open(age: TimeSpan.FromHours(2), time: earlier);
        await Send(reopened, 5);
        earlier.Advance(TimeSpan.FromHours(3));

        AssertHolds(reopened, first: 0, next: 10);
        Assert.Single(reopened.Read("topic", 0, 0, 10, MiB).Select(message => message.StoreUnixMs).Distinct());
    }

    [Theory]
    [InlineData(50_000)]
    [InlineData(100_000)]
    public async Task Retention_ByBytes_KeepsAsManyOfTheNewestAsFit(long limit)
    {
        await using RocksDbStore store = Open(bytes: limit);
        await Send(store, 100, new byte[5000]);

        _time.Advance(TimeSpan.FromMinutes(1));

        StoredPartition partition = store.Topics()[0].Partitions[0];
        long each = partition.Bytes / (partition.NextOffset - partition.FirstOffset);
        Assert.InRange(partition.Bytes, limit - each + 1, limit);
        AssertHolds(store, first: 100 - (limit / each), next: 100);
    }

    [Fact]
    public async Task Retention_OneMessageLargerThanTheLimit_StaysUntilThereIsANewerOne()
    {
        await using RocksDbStore store = Open(bytes: 1000);
        await Send(store, 1, new byte[5000]);
        _time.Advance(TimeSpan.FromMinutes(1));
        AssertHolds(store, first: 0, next: 1);

        await Send(store, 1, new byte[5000]);
        _time.Advance(TimeSpan.FromMinutes(1));

        AssertHolds(store, first: 1, next: 2);
    }

    [Fact]
    public async Task Retention_OtherPartitionsAndTopics_AreLeftAlone()
    {
        await using RocksDbStore store = Open(bytes: 50_000);
        await Send(store, 20, new byte[1000], "before");
        await Send(store, 100, new byte[1000]);
        await Send(store, 20, new byte[1000], "topic", partition: 1);
        await Send(store, 20, new byte[1000], "behind");

        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.True(store.Topics().Single(topic => topic.Name == "topic").Partitions[0].FirstOffset > 0);
        AssertHolds(store, first: 0, next: 20, "topic", partition: 1);
        AssertHolds(store, first: 0, next: 20, "before");
        AssertHolds(store, first: 0, next: 20, "behind");
    }

    [Fact]
    public async Task Retention_MuchDeleted_TheDiskGetsItBack()
    {
        byte[] body = new byte[50_000];
        new Random(1).NextBytes(body);
        await using RocksDbStore store = Open(bytes: MiB);
        await Send(store, 1500, body);
        Assert.True(BytesOnDisk() > 60 * MiB, $"{BytesOnDisk()} bytes before");

        _time.Advance(TimeSpan.FromMinutes(1));

        // RocksDB removes the files behind our back, soon.
        DateTime giveUp = DateTime.UtcNow + TimeSpan.FromSeconds(60);
        while (BytesOnDisk() > 16 * MiB && DateTime.UtcNow < giveUp)
        {
            await Task.Yield();
        }

        Assert.InRange(BytesOnDisk(), 0, 16 * MiB);
        StoredPartition partition = store.Topics()[0].Partitions[0];
        AssertHolds(store, partition.FirstOffset, 1500);
        Assert.All(store.Read("topic", 0, 0, 1500, 4 * MiB), message => Assert.True(message.Body.Span.SequenceEqual(body)));
    }

    [Fact]
    public async Task Retention_WhileMessagesComeAndAreRead_ReadersSeeNoGap()
    {
        await using RocksDbStore store = Open(bytes: 200_000);
        using var stop = new CancellationTokenSource();
        Task writing = Task.Run(async () =>
        {
            for (int i = 0; i < 300; i++)
            {
                await Send(store, 20, new byte[2000]);
                _time.Advance(TimeSpan.FromMinutes(1));
            }

            await stop.CancelAsync();
        });
        int seen = 0;

        while (!stop.IsCancellationRequested)
        {
            long[] offsets = [.. store.Read("topic", 0, 0, 1000, 4 * MiB).Select(message => message.Offset)];
            Assert.Equal(Enumerable.Range(0, offsets.Length).Select(i => offsets[0] + i), offsets);
            seen += offsets.Length;
        }

        await writing;
        Assert.True(seen > 0);
        AssertHolds(store, store.Topics()[0].Partitions[0].FirstOffset, 6000);
        Assert.InRange(store.Topics()[0].Partitions[0].FirstOffset, 5800, 6000);
    }

    private static void AssertHolds(RocksDbStore store, long first, long next, string topic = "topic", int partition = 0)
    {
        StoredPartition at = store.Topics().Single(found => found.Name == topic).Partitions[partition];
        Assert.Equal((first, next), (at.FirstOffset, at.NextOffset));
        Assert.Equal(
            Enumerable.Range(0, (int)(next - first)).Select(i => first + i),
            store.Read(topic, partition, 0, int.MaxValue, 100 * MiB).Select(message => message.Offset));
    }

    private static async Task<SendResult> Send(RocksDbStore store, int count, byte[]? body = null, string topic = "topic", int partition = 0)
    {
        // Not on the store's thread: what follows in a test may wait for that thread.
        SendResult[] results = await Task.WhenAll(Enumerable.Range(0, count)
            .Select(_ => store.SendAsync(TestRequests.Create(topic, body ?? "body"u8.ToArray(), partitionId: partition)).AsTask()))
            .ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Assert.All(results, result => Assert.True(result.IsOk, result.ToString()));
        return results[^1];
    }

    private long BytesOnDisk() => new DirectoryInfo(_folder["store"]).EnumerateFiles().Sum(Length);

    private static long Length(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }

    private RocksDbStore Open(TimeSpan age = default, long bytes = 0, ManualTimeProvider? time = null) => RocksDbStore.Open(
        new RocksDbStoreOptions
        {
            Path = _folder["store"],
            DefaultPartitions = 2,
            MinFreeBytes = 0,
            RetentionAge = age,
            RetentionBytesPerPartition = bytes,
            RetentionInterval = TimeSpan.FromMinutes(1),
            WriteBufferBytes = 4 * MiB,
            MaxQueuedBytes = 256 * MiB,
        },
        time ?? _time,
        NullLogger.Instance);
}
