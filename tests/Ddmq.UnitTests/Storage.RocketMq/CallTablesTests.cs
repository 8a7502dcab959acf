using Ddmq.Storage.RocketMq.Remoting;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocketMq;

/// <summary>The places where a call is while it is not settled.</summary>
public sealed class CallTablesTests
{
    [Fact]
    public void Take_EveryOpaque_GivesItsOwnCallOnce()
    {
        var table = new PendingTable();
        RemotingCall[] calls = [.. Enumerable.Range(0, 1000).Select(_ => Call())];
        foreach (RemotingCall call in calls)
        {
            Assert.True(table.TryAdd(call));
        }

        Assert.Equal(1000, calls.Select(call => call.Opaque).Distinct().Count());
        foreach (RemotingCall call in calls.Reverse())
        {
            Assert.Same(call, table.Take(call.Opaque));
            Assert.Null(table.Take(call.Opaque));
        }

        Assert.Equal(0, table.Count);
    }

    [Fact]
    public void Take_SlotHasANewTenant_DoesNotFindItByTheOldOpaque()
    {
        var table = new PendingTable();
        RemotingCall first = Call();
        table.TryAdd(first);
        int old = first.Opaque;
        table.Take(old);
        RemotingCall second = Call();
        table.TryAdd(second);

        Assert.NotEqual(old, second.Opaque);
        Assert.Null(table.Take(old));
        Assert.Null(table.Take(-1));
        Assert.Null(table.Take(int.MaxValue));
        Assert.Same(second, table.Take(second.Opaque));
    }

    [Fact]
    public void TryAdd_TableFull_IsRefused()
    {
        var table = new PendingTable();
        for (int i = 0; i < PendingTable.MaxCalls; i++)
        {
            Assert.True(table.TryAdd(Call()));
        }

        Assert.False(table.TryAdd(Call()));
        Assert.Equal(PendingTable.MaxCalls, table.Count);
    }

    [Fact]
    public void MoveSentUntil_SomeAreOlder_TakesThoseOut()
    {
        var table = new PendingTable();
        for (int i = 0; i < 10; i++)
        {
            RemotingCall call = Call();
            call.SentTimestamp = i;
            table.TryAdd(call);
        }

        CallQueue late = default;
        table.MoveSentUntil(3, ref late);

        Assert.Equal((4, 6), (late.Count, table.Count));
    }

    [Fact]
    public void CallQueue_AddedAtBothEnds_KeepsTheOrder()
    {
        RemotingCall[] calls = [Call(), Call(), Call()];
        CallQueue queue = default;

        queue.Add(calls[1]);
        queue.AddFirst(calls[0]);
        queue.Add(calls[2]);

        Assert.Equal(3, queue.Count);
        Assert.Same(calls[0], queue.Head);
        Assert.Equal(calls, [queue.Take(), queue.Take(), queue.Take()]);
        Assert.Null(queue.Take());
        queue.Add(calls[1]);
        Assert.Same(calls[1], queue.Take());
    }

    [Fact]
    public void Sending_FramesAppendedMeanwhile_ComeNextAndNothingIsLost()
    {
        var buffer = new OutgoingBuffer(1000);
        Append(buffer, 1, 2, 3);

        Assert.Equal([1, 2, 3], buffer.Sending().ToArray());
        Append(buffer, 4);
        Assert.Equal(3, buffer.MaybeSent);
        buffer.Sent(2);
        Assert.Equal(2, buffer.MaybeSent);
        Assert.Equal([3], buffer.Sending().ToArray());
        Assert.Equal(3, buffer.MaybeSent);
        buffer.Sent(1);
        Assert.Equal([4], buffer.Sending().ToArray());
        buffer.Sent(1);

        Assert.Equal((0, 4L, 4L), (buffer.Waiting, buffer.Appended, buffer.MaybeSent));
        Assert.Equal(0, buffer.Sending().Length);
    }

    [Fact]
    public void Reserve_OverTheBound_IsRefusedUnlessNothingWaits()
    {
        var buffer = new OutgoingBuffer(100);

        Assert.InRange(buffer.Reserve(500_000).Length, 500_000, int.MaxValue);
        Append(buffer, 1);
        Assert.True(buffer.Reserve(100).IsEmpty);
        Assert.False(buffer.Reserve(99).IsEmpty);
    }

    [Fact]
    public void Sending_SeveralLargeFrames_KeepsTheirBytes()
    {
        var buffer = new OutgoingBuffer(100_000_000);
        var random = new Random(3);
        using var expected = new MemoryStream();
        using var sent = new MemoryStream();

        for (int round = 0; round < 200; round++)
        {
            byte[] frame = new byte[random.Next(1, 300_000)];
            random.NextBytes(frame);
            expected.Write(frame);
            Append(buffer, frame);
            if (round % 3 == 0)
            {
                ReadOnlyMemory<byte> next = buffer.Sending();
                int taken = random.Next(next.Length + 1);
                sent.Write(next.Span[..taken]);
                buffer.Sent(taken);
            }
        }

        while (buffer.Waiting > 0)
        {
            ReadOnlyMemory<byte> next = buffer.Sending();
            sent.Write(next.Span);
            buffer.Sent(next.Length);
        }

        Assert.True(expected.ToArray().AsSpan().SequenceEqual(sent.ToArray()));
    }

    private static void Append(OutgoingBuffer buffer, params byte[] bytes)
    {
        bytes.CopyTo(buffer.Reserve(bytes.Length));
        buffer.Commit(bytes.Length);
    }

    private static RemotingCall Call() => new(RequestCode.Heartbeat, []);
}
