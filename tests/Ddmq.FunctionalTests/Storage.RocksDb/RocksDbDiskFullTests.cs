using Ddmq.Core.Messages;
using Ddmq.Storage.RocksDb;
using Ddmq.TestKit.Requirements;
using Ddmq.TestKit.Storage;
using Ddmq.TestKit.Time;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Ddmq.FunctionalTests.Storage.RocksDb;

/// <summary>A disk that is full, and has room again: on a small real one.</summary>
public sealed class RocksDbDiskFullTests
{
    private const long MiB = 1024 * 1024;
    private const int Partitions = 2;
    private const int NoSpaceLeft = 28;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ManualTimeProvider _time = new();
    private readonly LogRecorder _log = new();
    private readonly List<(string Key, SendResult Result)> _answers = [];

    [RequiresMountFact]
    public async Task SendAsync_DiskFull_RefusesKeepsWhatItHasAndGoesOnByItselfWhenThereIsRoom()
    {
        using var disk = new TmpfsMount(48 * MiB);
        string ballast = WriteBallast(disk, 24 * MiB);
        await using (RocksDbStore store = Open(disk, minFreeBytes: 0))
        {
            await SendUntilRefused(store);
            Assert.Contains("full", store.Trouble);
            Assert.Contains(disk.Path, store.Trouble);
            int errors = _log.Errors;
            SendResult[] refused = [.. await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Send(store, $"refused-{i}")))];
            Assert.All(refused, result => Assert.Equal((SendStatus.Unknown, Stored.No), (result.Status, result.Stored)));
            Assert.All(refused, result => Assert.Contains("full", result.Detail));
            Assert.Equal(errors, _log.Errors);
            Assert.NotEmpty(store.Read("topic", 0, 0, 1, MiB));

            File.Delete(ballast);
            await SendUntilAccepted(store);

            Assert.Null(store.Trouble);
            AssertTruthful(store);
        }

        await using RocksDbStore reopened = Open(disk, minFreeBytes: 0);
        AssertTruthful(reopened);
    }

    [RequiresMountFact]
    public async Task SendAsync_DiskFullSeveralTimes_GoesOnEachTime()
    {
        using var disk = new TmpfsMount(48 * MiB);
        await using RocksDbStore store = Open(disk, minFreeBytes: 0);
        for (int round = 0; round < 3; round++)
        {
            string ballast = WriteBallast(disk, new DriveInfo(disk.Path).AvailableFreeSpace - (3 * MiB));
            await SendUntilRefused(store);

            File.Delete(ballast);
            await SendUntilAccepted(store);
        }

        AssertTruthful(store);
    }

    [RequiresMountFact]
    public async Task SendAsync_RoomBelowMinFreeBytes_IsRefusedBeforeAnythingIsWritten()
    {
        using var disk = new TmpfsMount(48 * MiB);
        await using RocksDbStore store = Open(disk, minFreeBytes: 16 * MiB);
        string ballast = WriteBallast(disk, 28 * MiB);
        await SendUntilRefused(store);
        Assert.Contains(nameof(RocksDbStoreOptions.MinFreeBytes), store.Trouble);
        Assert.DoesNotContain(_answers, answer => answer.Result.Stored == Stored.Unknown);

        File.Delete(ballast);
        await SendUntilAccepted(store);

        Assert.Equal(0, store.Counters.Reopenings);
        AssertTruthful(store);
    }

    // The store writes in the background too, so there may be less room by now than was measured: then the disk is simply full.
    private static string WriteBallast(TmpfsMount disk, long bytes)
    {
        string path = Path.Combine(disk.Path, "ballast");
        byte[] block = new byte[MiB];
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            for (long left = bytes; left > 0; left -= block.Length)
            {
                file.Write(block.AsSpan(0, (int)Math.Min(left, block.Length)));
            }
        }
        catch (IOException exception) when (exception.HResult == NoSpaceLeft)
        {
        }

        return path;
    }

    private RocksDbStore Open(TmpfsMount disk, long minFreeBytes) => RocksDbStore.Open(
        new RocksDbStoreOptions
        {
            Path = Path.Combine(disk.Path, "store"),
            DefaultPartitions = Partitions,
            MinFreeBytes = minFreeBytes,
            WriteBufferBytes = 2 * MiB,
        },
        _time,
        _log);

    private async Task<SendResult> Send(RocksDbStore store, string key)
    {
        byte[] body = new byte[20_000];
        new Random(key.Length).NextBytes(body);

        // The store answers on its commit thread. The test must not live there: it would keep the store from recovering.
        SendResult result = await store.SendAsync(TestRequests.Create("topic", body, key, partitionId: -2)).AsTask().WaitAsync(Patience)
            .ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        lock (_answers)
        {
            _answers.Add((key, result));
        }

        return result;
    }

    private async Task SendUntilRefused(RocksDbStore store)
    {
        while (store.Trouble is null)
        {
            int batch = _answers.Count;
            await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Send(store, $"{batch}-{i}")));
        }
    }

    private async Task SendUntilAccepted(RocksDbStore store)
    {
        // Each step makes the store's next attempt due; the attempt itself is made by the store's thread.
        DateTime giveUp = DateTime.UtcNow + Patience;
        SendResult result;
        do
        {
            Assert.True(DateTime.UtcNow < giveUp, store.Trouble);
            _time.Advance(TimeSpan.FromSeconds(5));
            result = await Send(store, $"again-{_answers.Count}");
        }
        while (!result.IsOk);
    }

    private void AssertTruthful(RocksDbStore store)
    {
        IReadOnlyList<ReadBackMessage> stored = RocksDbFixture.ReadAll(store, "topic");
        foreach (IGrouping<int, ReadBackMessage> partition in stored.GroupBy(message => message.Partition))
        {
            Assert.Equal(Enumerable.Range(0, partition.Count()).Select(i => (long)i), partition.Select(message => message.Offset));
        }

        Dictionary<string, ReadBackMessage> byKey = stored.ToDictionary(message => message.KeyText!);
        foreach ((string key, SendResult result) in _answers)
        {
            ReadBackMessage? found = byKey.GetValueOrDefault(key);
            if (result.Stored == Stored.Yes)
            {
                Assert.Equal((result.Partition, result.Offset), (found!.Partition, found.Offset));
            }
            else if (result.Stored == Stored.No)
            {
                Assert.Null(found);
            }
        }
    }

    private sealed class LogRecorder : ILogger
    {
        private int _errors;

        public int Errors => Volatile.Read(ref _errors);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Error)
            {
                Interlocked.Increment(ref _errors);
            }
        }
    }
}
