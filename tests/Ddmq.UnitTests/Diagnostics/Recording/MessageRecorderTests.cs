using System.Text;
using Ddmq.Core.Diagnostics.Recording;
using Ddmq.Core.Messages;
using Ddmq.TestKit.Time;
using Xunit;

namespace Ddmq.UnitTests.Diagnostics.Recording;

public sealed class MessageRecorderTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Find_KeyOfThreeMessages_HasThemOldestFirst()
    {
        MessageRecorder recorder = New();
        for (int i = 0; i < 3; i++)
        {
            Record(recorder, "a", SendResult.Ok(1, 10 + i));
            Record(recorder, "b", SendResult.Ok(1, 20 + i));
        }

        Assert.Equal([10, 11, 12], Find(recorder, "a").Select(message => message.Offset));
        Assert.Equal([21, 22], recorder.Find("b"u8, null, 2).Select(message => message.Offset));
        Assert.Empty(Find(recorder, "c"));
        Assert.Empty(Find(recorder, ""));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(37)]
    [InlineData(38)]
    [InlineData(39)]
    [InlineData(255)]
    public void Find_KeyOfAnyLength_IsFoundByAllOfItOnly(int length)
    {
        string key = new('k', length);
        MessageRecorder recorder = New();
        Record(recorder, key);

        RecordedMessage found = Assert.Single(Find(recorder, key));
        Assert.Equal(length, found.KeyBytes);
        Assert.Equal(key[..Math.Min(length, 38)], Encoding.UTF8.GetString(found.Key!));
        Assert.Empty(Find(recorder, key + "k"));
        Assert.True(length == 0 || Find(recorder, key[1..] + "x").Count == 0);
    }

    [Fact]
    public void Slot_HasTheSizeThatTheConfigurationTells() => Assert.Equal(128, System.Runtime.CompilerServices.Unsafe.SizeOf<RecorderSlot>());

    [Fact]
    public void Record_WithoutKey_IsNoEmptyKey()
    {
        MessageRecorder recorder = New();
        SendRequest request = Request("x");
        request.Key = null;
        recorder.Record(request, SendResult.Ok(), _time.GetTimestamp());

        Assert.Empty(Find(recorder, ""));
    }

    [Fact]
    public void Record_MoreThanFit_KeepsTheLastSevenEighths()
    {
        MessageRecorder recorder = New(2048);
        const int Messages = 10_000;
        for (int i = 0; i < Messages; i++)
        {
            Record(recorder, $"{i}");
        }

        Assert.Equal(2048, recorder.Capacity);
        Assert.All(Enumerable.Range(Messages - (2048 * 7 / 8), 2048 * 7 / 8), i => Assert.Single(Find(recorder, $"{i}")));
        Assert.Empty(Find(recorder, "0"));
    }

    [Fact]
    public void CompleteSince_RoundAfterRound_NeverPromisesWhatIsGone()
    {
        MessageRecorder recorder = New(1024);
        DateTimeOffset started = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromMinutes(1));
        Record(recorder, "first");
        Assert.Equal(started, recorder.CompleteSince);
        var answered = new List<(string Key, DateTimeOffset At)>();
        for (int i = 0; i < 5_000; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            Record(recorder, $"{i}");
            answered.Add(($"{i}", _time.GetUtcNow()));
        }

        DateTimeOffset since = recorder.CompleteSince;

        Assert.InRange(_time.GetUtcNow() - since, TimeSpan.FromMilliseconds(512), TimeSpan.FromMilliseconds(1024));
        Assert.All(answered.Where(message => message.At >= since), message => Assert.Single(Find(recorder, message.Key)));
    }

    [Fact]
    public void Record_RareWriterAmongBusyOnes_IsKeptAsLongAsTheirs()
    {
        MessageRecorder recorder = New(1024);
        Record(recorder, "first of the rare thread");
        OnAnotherThread(() => Many(recorder, "busy", 900));
        Record(recorder, "second of the rare thread");
        OnAnotherThread(() => Many(recorder, "busy", 800));

        Assert.Single(Find(recorder, "second of the rare thread"));
    }

    [Fact]
    public void Record_RefusedMessage_HasTheTextAndNoAttempt()
    {
        MessageRecorder recorder = New();
        SendRequest request = Request("k");
        recorder.Record(request, SendResult.Refused(SendStatus.TopicNotAllowed, new string('d', 1000)), _time.GetTimestamp());

        RecordedMessage found = Assert.Single(recorder.Find("k"u8, "orders", 10));
        Assert.Equal("orders", found.Topic);
        Assert.Equal((SendStatus.TopicNotAllowed, Stored.No), (found.Result.Status, found.Result.Stored));
        Assert.Equal(200, found.Result.Detail!.Length);
        Assert.Empty(found.Attempts);
        Assert.Empty(recorder.Find("k"u8, "other", 10));
    }

    [Fact]
    public void Record_MessageSentBefore_HasTheFirstOnesAnswerAndNoAttempt()
    {
        MessageRecorder recorder = New();
        SendRequest request = Request("k");
        request.Cluster = new Core.Topics.Cluster("A", null);
        request.Trace.IsDuplicate = true;
        recorder.Record(request, SendResult.Ok(1, 2), _time.GetTimestamp());

        RecordedMessage found = Assert.Single(Find(recorder, "k"));
        Assert.Equal((true, 0, 2), (found.IsDuplicate, found.Attempts.Count, found.Offset));
    }

    [Fact]
    public void Record_RetriedMessage_HasEveryAttemptWithItsTimes()
    {
        MessageRecorder recorder = New();
        SendRequest request = Request("k");
        request.Cluster = new Core.Topics.Cluster("A", null);
        request.LastBroker = "a";
        _time.Advance(TimeSpan.FromMilliseconds(2));
        request.Trace.StoreHasIt(_time.GetTimestamp());
        _time.Advance(TimeSpan.FromMilliseconds(30));
        request.Trace.AttemptFailed(request, SendResult.Failed(SendStatus.Unknown, Stored.No, "busy"), _time.GetTimestamp());
        request.LastBroker = "b";
        request.Trace.StoreHasIt(_time.GetTimestamp());
        request.Trace.BatchSize = 7;
        _time.Advance(TimeSpan.FromMilliseconds(8));
        recorder.Record(request, SendResult.Ok(3, 99), _time.GetTimestamp());

        RecordedMessage found = Assert.Single(Find(recorder, "k"));
        Assert.Equal(2, found.Attempts.Count);
        RecordedMessage.Attempt first = found.Attempts[0];
        RecordedMessage.Attempt last = found.Attempts[1];
        Assert.Equal(("A", "a", "busy", SendStatus.Unknown, Stored.No), (first.Cluster, first.Broker, first.Detail, first.Status, first.Stored));
        Assert.Equal((2, 32), (Math.Round(first.HandedOverMs!.Value, 2), Math.Round(first.EndedMs, 2)));
        Assert.Equal(("A", "b", 7, SendStatus.Ok), (last.Cluster, last.Broker, last.BatchSize, last.Status));
        Assert.Equal((32, 40), (Math.Round(last.HandedOverMs!.Value, 2), Math.Round(last.EndedMs, 2)));
        Assert.Equal((3, 99, 40), (found.Partition, found.Offset, Math.Round(found.AnsweredMs, 2)));
    }

    [Fact]
    public async Task Find_WhileThreadsWrite_NeverReturnsATornEntry()
    {
        const int Writers = 3;
        MessageRecorder recorder = New(1024);
        using var stop = new CancellationTokenSource();
        long seen = 0;
        Task[] writers = [.. Enumerable.Range(0, Writers).Select(writer => Task.Run(() =>
        {
            // Every field tells the same number, so that a mixture of two messages shows.
            for (int i = writer; !stop.IsCancellationRequested; i += Writers)
            {
                SendRequest request = Request("key");
                request.Body = new byte[i % 1000];
                request.ReceivedUnixMs = i;
                request.LastBroker = $"{i}";
                request.Cluster = new Core.Topics.Cluster($"{i}", null);
                recorder.Record(request, new SendResult(SendStatus.Ok, Stored.Yes, $"{i}", i % 1000, i), _time.GetTimestamp());
            }
        }))];

        const int Looks = 300;
        for (int round = 0; round < Looks || seen < 10 * Looks; round++)
        {
            foreach (RecordedMessage message in Find(recorder, "key"))
            {
                seen++;
                string number = $"{message.Offset}";
                Assert.Equal(message.Offset % 1000, message.BodyBytes);
                Assert.Equal(message.Offset % 1000, message.Partition);
                Assert.Equal(message.Offset, message.Received.ToUnixTimeMilliseconds());
                Assert.Equal((number, number, number), (message.Result.Detail, message.Attempts[0].Broker, message.Attempts[0].Cluster));
            }
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
    }

    private static IReadOnlyList<RecordedMessage> Find(MessageRecorder recorder, string key) =>
        recorder.Find(Encoding.UTF8.GetBytes(key), null, int.MaxValue);

    private static void OnAnotherThread(Action action)
    {
        var thread = new Thread(() => action());
        thread.Start();
        thread.Join();
    }

    private MessageRecorder New(int entries = 1024) => new(entries, _time);

    private void Many(MessageRecorder recorder, string key, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Record(recorder, key);
        }
    }

    private void Record(MessageRecorder recorder, string key, SendResult? result = null) =>
        recorder.Record(Request(key), result ?? SendResult.Ok(), _time.GetTimestamp());

    private SendRequest Request(string key) => new()
    {
        TopicName = "orders"u8.ToArray(),
        Key = Encoding.UTF8.GetBytes(key),
        ReceivedTimestamp = _time.GetTimestamp(),
        ReceivedUnixMs = _time.GetUtcNow().ToUnixTimeMilliseconds(),
    };
}
