using System.Text;
using Ddmq.Core.Messages;
using Ddmq.Core.Spooling;
using Ddmq.FunctionalTests.Storage.RocksDb;
using Ddmq.Storage.RocksDb;
using Ddmq.Storage.RocksDb.Committing;
using Ddmq.Storage.RocksDb.Spooling;
using Ddmq.StoreHost;
using Ddmq.TestKit;
using Ddmq.TestKit.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Ddmq.FunctionalTests.Spooling;

/// <summary>The spool's disk: what it promises about order, restarts, damage and crashes.</summary>
public sealed class SpoolLogTests : IDisposable
{
    private static readonly SpoolQueueName Queue = new("orders", "A");

    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Append_ConcurrentWriters_EachLaneKeepsTheOrderOfItsWriter()
    {
        await using RocksDbSpoolLog log = Open();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(lane => Task.Run(async () =>
        {
            // Not awaited one by one: the order is that of the calls.
            ValueTask<SpoolAppended>[] appends = [.. Enumerable.Range(0, 200).Select(i => log.AppendAsync(Queue, lane, Message($"{lane}-{i}"), mayBeStored: false))];
            foreach (ValueTask<SpoolAppended> append in appends)
            {
                Assert.Equal(Stored.Yes, (await append).Stored);
            }
        })));

        for (int lane = 0; lane < 16; lane++)
        {
            int current = lane;
            Assert.Equal(Enumerable.Range(0, 200).Select(i => $"{current}-{i}"), Bodies(log.Read(Queue, lane, 0, 1000, long.MaxValue)));
        }

        Assert.Equal(16 * 200, log.Lanes().Sum(lane => lane.NextOffset - lane.FirstOffset));
    }

    [Fact]
    public async Task Open_Again_HasWhatWasNotCutAndNoOffsetTwice()
    {
        await using (RocksDbSpoolLog log = Open())
        {
            for (int i = 0; i < 10; i++)
            {
                await log.AppendAsync(Queue, 3, Message($"{i}"), mayBeStored: i % 2 == 0);
            }

            foreach (SpooledMessage message in log.Read(Queue, 3, 0, 4, long.MaxValue))
            {
                log.Cut(Queue, 3, message);
            }
        }

        await using RocksDbSpoolLog again = Open();
        SpoolLaneBounds lane = again.Lanes().Single(lane => lane.Lane == 3);
        IReadOnlyList<SpooledMessage> left = again.Read(Queue, 3, lane.FirstOffset, 100, long.MaxValue);
        Assert.Equal((Queue, 4L, 10L), (lane.Queue, lane.FirstOffset, lane.NextOffset));
        Assert.Equal(["4", "5", "6", "7", "8", "9"], Bodies(left));
        Assert.Equal([true, false, true, false, true, false], left.Select(message => message.MayBeStored));
        Assert.Equal(lane.Bytes, left.Sum(message => (long)message.Bytes));
        left.ToList().ForEach(message => again.Cut(Queue, 3, message));
        Assert.Equal(10, (await again.AppendAsync(Queue, 3, Message("next"), mayBeStored: false)).Offset);
    }

    [Fact]
    public async Task Read_EntryThatIsNotOne_IsDamagedAndTheOthersAreRead()
    {
        await using (RocksDbSpoolLog log = Open())
        {
            await log.AppendAsync(Queue, 0, Message("before"), mayBeStored: false);
        }

        // What a program gone wrong, or a bad sector behind RocksDB's checksums, would leave.
        await using (RocksDbStore store = RocksDbStore.Open(
            new RocksDbStoreOptions { Path = _folder["spool"], MinFreeBytes = 0, RetentionAge = TimeSpan.Zero, MaxTopicName = SendLimits.LongestTopicName },
            TimeProvider.System, NullLogger.Instance))
        {
            Assert.True((await store.SendAsync(TestRequests.Create(SpoolQueueKey.Of(Queue), "garbage", partitionId: 0))).IsOk);
        }

        await using RocksDbSpoolLog again = Open();
        await again.AppendAsync(Queue, 0, Message("after"), mayBeStored: false);

        IReadOnlyList<SpooledMessage> read = again.Read(Queue, 0, 0, 10, long.MaxValue);
        Assert.Equal([null, "the entry is damaged: it is cut off", null], read.Select(message => message.Damage));
        Assert.Equal("garbage", Encoding.UTF8.GetString(read[1].Raw.Span));
        Assert.Equal(["before", "", "after"], Bodies(read));
    }

    [Fact]
    public async Task Append_DiskWithTooLittleRoom_IsRefusedForSure()
    {
        await using RocksDbSpoolLog log = RocksDbSpoolLog.Open(_folder["spool"], long.MaxValue, TimeProvider.System, NullLogger.Instance);

        SpoolAppended appended = await log.AppendAsync(Queue, 0, Message("x"), mayBeStored: false);

        Assert.Equal(Stored.No, appended.Stored);
        Assert.Contains("bytes left", appended.Failure, StringComparison.Ordinal);
        Assert.NotNull(log.Trouble);
    }

    [Fact]
    public async Task Open_FolderOfAnEmbeddedStore_SaysSo()
    {
        await using (RocksDbStore store = RocksDbStore.Open(
            new RocksDbStoreOptions { Path = _folder["spool"], MinFreeBytes = 0 }, TimeProvider.System, NullLogger.Instance))
        {
            await store.SendAsync(TestRequests.Create("orders", "a message of the store"));
        }

        await using RocksDbSpoolLog log = Open();

        Assert.Contains("is not a spool", Assert.Throws<SpoolException>(() => log.Lanes()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cut_EverythingAgainAndAgain_GivesTheRoomBack()
    {
        await using RocksDbSpoolLog log = Open();
        byte[] body = new byte[64 * 1024];
        Random.Shared.NextBytes(body);
        for (int round = 0; round < 4; round++)
        {
            for (int i = 0; i < 200; i++)
            {
                await log.AppendAsync(Queue, 0, TestRequests.Create("orders", body), mayBeStored: false);
            }

            long first = log.Lanes().Single(lane => lane.Lane == 0).FirstOffset;
            foreach (SpooledMessage message in log.Read(Queue, 0, first, 1000, long.MaxValue))
            {
                log.Cut(Queue, 0, message);
            }
        }

        log.GiveSpaceBack(isEmpty: true);

        // 50 MB went through it; what stays is what RocksDB keeps for its next writes.
        Assert.True(
            SpinWait.SpinUntil(() => new DirectoryInfo(_folder["spool"]).EnumerateFiles("*.sst").Sum(LengthOf) < 1024 * 1024, TimeSpan.FromSeconds(30)),
            "the tables were not given back");
    }

    // RocksDB may have removed it since the folder was listed.
    private static long LengthOf(FileInfo file)
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

    [Fact]
    public async Task Kill_WhileManyWriteAndTakeOut_EverythingAcknowledgedIsThereInOrder()
    {
        const int Callers = 16;
        var random = new Random(20261125);
        var acknowledged = new List<StoreHostProcess.Acknowledged>();
        for (int round = 0; round < 4; round++)
        {
            using var host = new StoreHostProcess(_folder["spool"], Callers, $"r{round}", isSpool: true);
            await host.WaitUntilReadyAsync();
            acknowledged.AddRange(await host.ReadAsync(random.Next(1, 5000)));
            acknowledged.AddRange(await host.KillAsync());
            await AssertNothingLost(acknowledged, Callers);
        }

        Assert.True(acknowledged.Count > 100, "the hosts spooled next to nothing");
    }

    private async Task AssertNothingLost(List<StoreHostProcess.Acknowledged> said, int callers)
    {
        await using RocksDbSpoolLog log = Open();
        for (int caller = 0; caller < callers; caller++)
        {
            var queue = new SpoolQueueName($"t{caller % HostMessages.Topics}", "A");
            SpoolLaneBounds lane = log.Lanes().SingleOrDefault(lane => lane.Queue == queue && lane.Lane == caller);
            IReadOnlyList<SpooledMessage> there = log.Read(queue, caller, lane.FirstOffset, int.MaxValue, long.MaxValue);
            Assert.All(there, message => Assert.Null(message.Damage));
            Assert.Equal(Enumerable.Range(0, there.Count).Select(i => lane.FirstOffset + i), there.Select(message => message.Offset));
            Assert.All(there, message => Assert.True(message.Request.Body.Span.SequenceEqual(HostMessages.Body(Encoding.UTF8.GetString(message.Request.Key!.Value.Span)))));

            // Cut at most what was said to be cut; nothing else is missing, and each is where it was acknowledged.
            long cut = said.Where(line => line.Topic == "out" && line.Partition == caller).Select(line => line.Offset + 1).DefaultIfEmpty(0).Max();
            Assert.True(lane.FirstOffset <= cut, $"lane {caller} begins at {lane.FirstOffset}, cut was only up to {cut}");
            Dictionary<long, string> keys = there.ToDictionary(message => message.Offset, message => Encoding.UTF8.GetString(message.Request.Key!.Value.Span));
            foreach (StoreHostProcess.Acknowledged line in said.Where(line => line.Topic == queue.Topic && line.Partition == caller && line.Offset >= lane.FirstOffset))
            {
                Assert.True(keys.TryGetValue(line.Offset, out string? key) && key == line.Key, $"{line} is lost");
            }
        }
    }

    private static SendRequest Message(string body) => TestRequests.Create("orders", body, "key", "tag", partitionId: 7);

    private static IEnumerable<string> Bodies(IReadOnlyList<SpooledMessage> messages) => messages.Select(message => Encoding.UTF8.GetString(message.Request.Body.Span));

    private RocksDbSpoolLog Open() => RocksDbSpoolLog.Open(_folder["spool"], minFreeBytes: 0, TimeProvider.System, NullLogger.Instance);
}
