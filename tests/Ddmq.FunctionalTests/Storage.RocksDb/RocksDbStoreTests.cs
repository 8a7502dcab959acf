using System.Text;
using System.Text.RegularExpressions;
using Ddmq.Core.Messages;
using Ddmq.Storage.RocksDb;
using Ddmq.TestKit;
using Ddmq.TestKit.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Ddmq.FunctionalTests.Storage.RocksDb;

/// <summary>What the embedded store does beyond what every store owes: reading, reopening, bounds, cost.</summary>
public sealed class RocksDbStoreTests : IDisposable
{
    private const long MiB = 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task SendAsync_StoreReopenedAgainAndAgain_OffsetsGoOnWithoutGaps()
    {
        for (long round = 0; round < 5; round++)
        {
            await using RocksDbStore store = Open();
            for (long i = 0; i < 10; i++)
            {
                SendResult result = await store.SendAsync(TestRequests.Create("topic", $"{i}", partitionId: 1));
                Assert.Equal((1, (round * 10) + i), (result.Partition, result.Offset));
            }
        }

        await using RocksDbStore last = Open();
        StoredTopic topic = Assert.Single(last.Topics());
        Assert.Equal([(0, 0L, 0L), (1, 0L, 50L)], topic.Partitions.Select(at => (at.Partition, at.FirstOffset, at.NextOffset)));
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (long)i), last.Read("topic", 1, 0, 100, MiB).Select(message => message.Offset));
    }

    [Fact]
    public async Task SendAsync_Stored_ByAThreadWithShortTurns()
    {
        await using RocksDbStore store = Open();
        Assert.True((await store.SendAsync(TestRequests.Create("topic", "x"))).IsOk);

        // Other tests' stores have such threads, too. Kernels that have no such thing do not say.
        string[] reports = [.. Directory.EnumerateDirectories("/proc/self/task").Select(SchedulingOfCommitThread).OfType<string>()];
        if (reports.Any(report => report.Contains("se.slice", StringComparison.Ordinal)))
        {
            Assert.Contains(reports, report => Regex.IsMatch(report, @"^se\.slice\s*:\s*100000$", RegexOptions.Multiline));
        }
    }

    [Fact]
    public async Task Topics_SeveralWithTheirOwnPartitionCounts_ArePersistentAndKeepTheirCount()
    {
        await using (RocksDbStore store = Open(options => options.Partitions["wide"] = 7))
        {
            await store.SendAsync(TestRequests.Create("wide", "w", partitionId: 6));
            await store.SendAsync(TestRequests.Create("narrow", "n", partitionId: 1));
            await store.SendAsync(TestRequests.Create("\u4e3b\u9898", "u", partitionId: 0));
        }

        // The configured counts have changed; topics that exist keep theirs.
        await using RocksDbStore reopened = Open(options =>
        {
            options.DefaultPartitions = 5;
            options.Partitions["wide"] = 9;
        });
        await reopened.SendAsync(TestRequests.Create("new", "x", partitionId: 4));

        Assert.Equal(
            [("narrow", 2), ("new", 5), ("wide", 7), ("\u4e3b\u9898", 2)],
            reopened.Topics().Select(topic => (topic.Name, topic.Partitions.Count)));
        Assert.Equal("w"u8.ToArray(), Assert.Single(reopened.Read("wide", 6, 0, 10, MiB)).Body.ToArray());
        Assert.Equal("x"u8.ToArray(), Assert.Single(reopened.Read("new", 4, 0, 10, MiB)).Body.ToArray());
        Assert.Equal("u"u8.ToArray(), Assert.Single(reopened.Read("\u4e3b\u9898", 0, 0, 10, MiB)).Body.ToArray());
    }

    [Fact]
    public async Task Open_TenThousandTopics_AllAreThere()
    {
        const int Topics = 10_000;
        await using (RocksDbStore store = Open())
        {
            SendResult[] results = await Task.WhenAll(
                Enumerable.Range(0, Topics).Select(i => store.SendAsync(TestRequests.Create($"topic-{i:D5}", "body", partitionId: 0)).AsTask()));
            Assert.All(results, result => Assert.True(result.IsOk, result.ToString()));
        }

        await using RocksDbStore reopened = Open();

        IReadOnlyList<StoredTopic> topics = reopened.Topics();
        Assert.Equal(Enumerable.Range(0, Topics).Select(i => $"topic-{i:D5}"), topics.Select(topic => topic.Name));
        Assert.All(topics, topic => Assert.Equal(1, topic.Partitions[0].NextOffset));
    }

    [Fact]
    public async Task Read_LimitsAndEdges_GivesWhatIsThereInOrder()
    {
        await using RocksDbStore store = Open();
        for (int i = 0; i < 10; i++)
        {
            await store.SendAsync(TestRequests.Create("topic", new byte[1000], partitionId: 0));
        }

        Assert.Equal([3L, 4L, 5L, 6L], store.Read("topic", 0, 3, 4, MiB).Select(message => message.Offset));
        Assert.Equal([0L, 1L], store.Read("topic", 0, -5, 100, 2500).Select(message => message.Offset));
        Assert.Equal([9L], store.Read("topic", 0, 9, 100, 1).Select(message => message.Offset));
        Assert.Empty(store.Read("topic", 0, 10, 100, MiB));
        Assert.Empty(store.Read("topic", 0, 0, 0, MiB));
        Assert.Empty(store.Read("topic", 1, 0, 100, MiB));
        Assert.Empty(store.Read("topic", 2, 0, 100, MiB));
        Assert.Empty(store.Read("topic", -1, 0, 100, MiB));
        Assert.Empty(store.Read("other", 0, 0, 100, MiB));
    }

    [Fact]
    public async Task Read_Message_HasItsTimes()
    {
        long before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        await using RocksDbStore store = Open();
        SendRequest request = TestRequests.Create("topic", "body", partitionId: 0);

        await store.SendAsync(request);

        StoredMessage message = Assert.Single(store.Read("topic", 0, 0, 1, MiB));
        Assert.Equal(request.ReceivedUnixMs, message.BornUnixMs);
        Assert.InRange(message.StoreUnixMs, before, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task WaitForAppendAsync_MessageArrives_CompletesAndTheMessageIsThere()
    {
        await using RocksDbStore store = Open();
        long version = store.AppendVersion;
        Task waiting = store.WaitForAppendAsync(version, CancellationToken.None);
        Assert.False(waiting.IsCompleted);

        Task<SendResult> sending = store.SendAsync(TestRequests.Create("topic", "body", partitionId: 0)).AsTask();

        await waiting.WaitAsync(Patience);
        Assert.Single(store.Read("topic", 0, 0, 1, MiB));
        Assert.True((await sending).IsOk);
        Assert.True(store.WaitForAppendAsync(version, CancellationToken.None).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task WaitForAppendAsync_CancelledOrStoreDisposed_Ends()
    {
        RocksDbStore store = Open();
        using var cancel = new CancellationTokenSource();
        Task cancelled = store.WaitForAppendAsync(store.AppendVersion, cancel.Token);
        Task untilDisposed = store.WaitForAppendAsync(store.AppendVersion, CancellationToken.None);

        await cancel.CancelAsync();
        await store.DisposeAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WaitAsync(Patience));
        await untilDisposed.WaitAsync(Patience);
    }

    [Fact]
    public async Task SendAsync_MoreBytesWaitThanAllowed_IsRefusedNamingTheBoundAndLaterAccepted()
    {
        await using RocksDbStore store = Open(options =>
        {
            options.MaxMessageSize = 100_000;
            options.MaxQueuedBytes = 200_000;
        });
        var sends = new List<Task<SendResult>>();

        // Faster than any disk: the bound is reached after the second message of those that wait together.
        for (int i = 0; i < 200; i++)
        {
            sends.Add(store.SendAsync(TestRequests.Create("topic", new byte[90_000], partitionId: 0)).AsTask());
        }

        SendResult[] results = await Task.WhenAll(sends);
        SendResult[] refused = [.. results.Where(result => !result.IsOk)];
        Assert.NotEmpty(refused);
        Assert.All(refused, result => Assert.Equal((SendStatus.RateLimited, Stored.No), (result.Status, result.Stored)));
        Assert.All(refused, result => Assert.Contains("200000", result.Detail));
        Assert.True((await store.SendAsync(TestRequests.Create("topic", "later", partitionId: 0))).IsOk);
        Assert.Equal(results.Length - refused.Length + 1, store.Topics()[0].Partitions[0].NextOffset);
        Assert.Equal(0, store.QueuedBytes);
    }

    [Fact]
    public async Task SendAsync_RestOfABatchAndMoreBytesWaitThanAllowed_IsStored()
    {
        await using RocksDbStore store = Open(options =>
        {
            options.MaxMessageSize = 100_000;
            options.MaxQueuedBytes = 200_000;
        });
        var sends = new List<Task<SendResult>>();
        for (int i = 0; i < 200; i++)
        {
            SendRequest request = TestRequests.Create("topic", new byte[90_000], partitionId: 0);
            request.IsRestOfBatch = true;
            sends.Add(store.SendAsync(request).AsTask());
        }

        Assert.All(await Task.WhenAll(sends), result => Assert.True(result.IsOk, result.ToString()));
        Assert.Equal(0, store.QueuedBytes);
    }

    [Fact]
    public async Task SendAsync_MoreTopicsThanAllowed_IsRefusedNamingTheBound()
    {
        await using RocksDbStore store = Open(options => options.MaxTopics = 2);
        Assert.True((await store.SendAsync(TestRequests.Create("a", "1"))).IsOk);
        Assert.True((await store.SendAsync(TestRequests.Create("b", "1"))).IsOk);

        SendResult third = await store.SendAsync(TestRequests.Create("c", "1"));

        Assert.Equal((SendStatus.RateLimited, Stored.No), (third.Status, third.Stored));
        Assert.Contains("2 topics", third.Detail);
        Assert.True((await store.SendAsync(TestRequests.Create("a", "2"))).IsOk);
        Assert.Equal(["a", "b"], store.Topics().Select(topic => topic.Name));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public async Task SendAsync_NoTopic_IsRefused(string? topic)
    {
        await using RocksDbStore store = Open();
        var request = new SendRequest { Body = "body"u8.ToArray() };
        if (topic is not null)
        {
            request.TopicName = Encoding.UTF8.GetBytes(topic);
        }

        SendResult result = await store.SendAsync(request);

        Assert.Equal((SendStatus.IllegalMessage, Stored.No), (result.Status, result.Stored));
        Assert.Empty(store.Topics());
    }

    [Fact]
    public async Task SendAsync_TopicNameOf255And256Bytes_FirstIsStoredSecondRefused()
    {
        await using RocksDbStore store = Open();

        SendResult longest = await store.SendAsync(TestRequests.Create(new string('t', 255), "body"));
        SendResult tooLong = await store.SendAsync(TestRequests.Create(new string('t', 256), "body"));

        Assert.True(longest.IsOk, longest.ToString());
        Assert.Equal((SendStatus.IllegalMessage, Stored.No), (tooLong.Status, tooLong.Stored));
    }

    [Fact]
    public async Task SendAsync_SteadyState_AllocatesNothingOnTheCallersThread()
    {
        await using RocksDbStore store = Open();
        SendRequest[] requests = [.. Enumerable.Range(0, 100).Select(i => TestRequests.Create("topic", "body", "key", partitionId: i))];
        var sends = new ValueTask<SendResult>[requests.Length];
        long allocated = -1;

        // The first rounds fill the pool; the last one is measured.
        for (int round = 0; round < 20; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < requests.Length; i++)
            {
                sends[i] = store.SendAsync(requests[i]);
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Task<SendResult>[] answers = [.. sends.Select(send => send.AsTask())];
            await Task.WhenAll(answers);
        }

        Assert.Equal(0, allocated);
    }

    [Fact]
    public async Task Counters_AfterSomeMessages_AddUp()
    {
        await using RocksDbStore store = Open();

        await Task.WhenAll(Enumerable.Range(0, 500).Select(i => store.SendAsync(TestRequests.Create("topic", "body")).AsTask()));

        Assert.Equal(500, store.Counters.Messages);
        Assert.Equal(store.Topics()[0].Partitions.Sum(partition => partition.Bytes), store.Counters.Bytes);
        Assert.InRange(store.Counters.Commits, 1, 500);
        Assert.Equal(store.Counters.Commits, store.Counters.CommitDuration.Count);
        Assert.InRange(store.Counters.LastBatchMessages, 1, 500);
        Assert.Equal(0, store.Counters.FailedCommits);
        Assert.Equal(0, store.QueuedMessages);
    }

    // Null for other threads, and for one that has just ended.
    private static string? SchedulingOfCommitThread(string task)
    {
        try
        {
            return File.ReadAllText($"{task}/comm").StartsWith("ddmq-store-comm", StringComparison.Ordinal) ? File.ReadAllText($"{task}/sched") : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private RocksDbStore Open(Action<RocksDbStoreOptions>? configure = null)
    {
        var options = new RocksDbStoreOptions { Path = _folder["store"], DefaultPartitions = 2, MinFreeBytes = 0 };
        configure?.Invoke(options);
        return RocksDbStore.Open(options, TimeProvider.System, NullLogger.Instance);
    }
}
