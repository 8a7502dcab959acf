using Ddmq.Core.Limits;
using Ddmq.Core.Messages;
using Ddmq.TestKit.Proxy;
using Xunit;

namespace Ddmq.UnitTests.Limits;

/// <summary>Bytes in flight are bounded for each topic, until the store has settled them.</summary>
public sealed class InFlightTests : IDisposable
{
    private readonly LimitFixture _fixture = new(maxBytesInFlightPerTopic: 10_000);

    public InFlightTests()
    {
        _fixture.Node(node => node with { IsOn = false });
        _fixture.Topic("t", maxTps: 1);
        _fixture.Topic("other", maxTps: 1);
        _fixture.Store.Script = request => request.Topic!.Name == "t" ? null : SendResult.Ok();
    }

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task SendAsync_OverTheTopicsBound_IsRefusedAndOtherTopicsAreNot()
    {
        Task<SendResult> first = _fixture.SendAsync("t", bytes: 6000);

        SendResult refused = await _fixture.SendAsync("t", bytes: 6000);

        Assert.Equal((SendStatus.RateLimited, Stored.No), (refused.Status, refused.Stored));
        Assert.Equal(
            "topic t would have more than 10000 bytes in flight (ddmq.send.maxBytesInFlightPerTopic), try again when its store has settled messages", refused.Detail);
        Assert.Equal(1, _fixture.LimitsOf("t").InFlight.Refused);
        Assert.True(_fixture.IsAdmitted("other", bytes: 6000));

        _fixture.Store.Complete(SendResult.Ok());
        await first;
        Assert.Equal(0, _fixture.LimitsOf("t").InFlight.Current);
    }

    [Fact]
    public async Task SendAsync_AnsweredAtItsDeadline_CountsUntilTheStoreHasSettledIt()
    {
        Task<SendResult> first = _fixture.SendAsync("t", bytes: 6000, timeoutMs: 50);
        _fixture.Advance(100);
        Assert.Equal(SendStatus.Timeout, (await first).Status);
        Assert.Equal(SendStatus.RateLimited, (await _fixture.SendAsync("t", bytes: 6000)).Status);

        _fixture.Store.Complete(SendResult.Ok()); // the first attempt
        Assert.NotEqual(0, _fixture.LimitsOf("t").InFlight.Current);
        _fixture.Store.Complete(SendResult.Ok());

        Assert.Equal(0, _fixture.LimitsOf("t").InFlight.Current);
    }

    [Fact]
    public async Task SendAsync_AnsweredAtItsDeadline_IsAmongTheAbandonedUntilTheStoreHasSettledIt()
    {
        _fixture.Store.IsWithoutElsewhere = _ => true;
        Task<SendResult> abandoned = _fixture.SendAsync("t", bytes: 6000, timeoutMs: 50);
        Task<SendResult> waiting = _fixture.SendAsync("t", bytes: 1000, timeoutMs: 500);
        Assert.Equal(0, _fixture.Pipeline.Abandoned.Current);

        _fixture.Advance(100);

        Assert.Equal(SendStatus.Timeout, (await abandoned).Status);
        Assert.InRange(_fixture.Pipeline.Abandoned.Current, 6000, 6999);
        Assert.InRange(_fixture.LimitsOf("t").InFlight.Current, 7000, 7999);
        _fixture.Store.Complete(SendResult.Ok());
        Assert.Equal(0, _fixture.Pipeline.Abandoned.Current);
        _fixture.Store.Complete(SendResult.Ok());
        await waiting;
        Assert.Equal((0, 0), (_fixture.Pipeline.Abandoned.Current, _fixture.LimitsOf("t").InFlight.Current));
    }

    [Fact]
    public async Task SendAsync_TwoAttemptsAreSilent_IsAmongTheAbandonedUntilBothAreSettled()
    {
        Task<SendResult> first = _fixture.SendAsync("t", bytes: 6000, timeoutMs: 50);
        _fixture.Advance(100);
        await first;

        _fixture.Store.Complete(SendResult.Ok());
        Assert.InRange(_fixture.Pipeline.Abandoned.Current, 6000, 6999);
        _fixture.Store.Complete(SendResult.Ok());

        Assert.Equal((0, 0), (_fixture.Pipeline.Abandoned.Current, _fixture.LimitsOf("t").InFlight.Current));
    }

    [Fact]
    public async Task SendBatchAsync_AnsweredAtItsDeadline_WhatTheStoreHoldsIsAmongTheAbandoned()
    {
        Task<SendResult> batch = _fixture.SendBatchAsync(("other", 3), ("t", 2));
        _fixture.Advance(6000);

        Assert.Equal(SendStatus.Timeout, (await batch).Status);
        Assert.Equal(_fixture.LimitsOf("t").InFlight.Current, _fixture.Pipeline.Abandoned.Current);
        _fixture.Store.Complete(SendResult.Ok());
        Assert.NotEqual(0, _fixture.Pipeline.Abandoned.Current);
        _fixture.Store.Complete(SendResult.Ok());

        Assert.Equal((0, 0), (_fixture.Pipeline.Abandoned.Current, _fixture.LimitsOf("t").InFlight.Current));
    }

    [Fact]
    public async Task CountAbandoned_WhileTheStoreLetsGo_LeavesNothing()
    {
        const int Rounds = 20_000;
        var abandoned = new AbandonedBytes();
        InFlightBytes inFlight = _fixture.LimitsOf("t").InFlight;
        SendRequest[] requests = [.. Enumerable.Range(0, Rounds).Select(_ => new SendRequest { Topic = _fixture.Catalog.Current.Find("t"u8), InFlightBytes = 7 })];
        inFlight.Remove(-7 * Rounds); // beyond the bound, which is not what is asked here

        // Spinning, not a barrier: who has to be woken comes too late to meet the other.
        int arrived = 0;
        await Task.WhenAll(
            Task.Run(() => Each(request => request.LeaveFlight())),
            Task.Run(() => Each(request => request.CountAbandoned(abandoned))));

        Assert.Equal((0, 0), (abandoned.Current, inFlight.Current));

        void Each(Action<SendRequest> act)
        {
            for (int round = 0; round < Rounds; round++)
            {
                Interlocked.Increment(ref arrived);
                var spin = new SpinWait();
                while (Volatile.Read(ref arrived) < 2 * (round + 1))
                {
                    spin.SpinOnce(sleep1Threshold: -1);
                }

                act(requests[round]);
            }
        }
    }

    [Fact]
    public void SendAsync_MessageLargerThanTheBound_IsTakenAlone()
    {
        Task<SendResult> large = _fixture.SendAsync("t", bytes: 20_000);

        Assert.False(large.IsCompleted);
        Assert.Single(_fixture.Store.Requests);
    }

    [Fact]
    public async Task SendBatchAsync_OverTheBound_IsRefusedWholeAndOtherTopicsGetTheirsBack()
    {
        Task<SendResult> first = _fixture.SendAsync("t", bytes: 9000);

        SendResult refused = await _fixture.SendBatchAsync(("other", 3), ("t", 30));

        Assert.Equal(SendStatus.RateLimited, refused.Status);
        Assert.EndsWith("none of the batch was sent", refused.Detail);
        Assert.Equal(0, _fixture.LimitsOf("other").InFlight.Current);
        Assert.Equal(30, _fixture.LimitsOf("t").InFlight.Refused);
        _fixture.Store.Complete(SendResult.Ok());
        await first;
        Assert.True((await _fixture.SendBatchAsync(("other", 30))).IsOk);
        Assert.Equal(0, _fixture.Catalog.TopicLimits.Sum(limits => limits.InFlight.Current));
    }

    [Fact]
    public async Task SendAsync_OverARate_LeavesNothingInFlight()
    {
        _fixture.Node(node => node with { IsOn = true, WarningRatio = 1 });
        Assert.True(_fixture.IsAdmitted("other"));

        Assert.Equal(SendStatus.RateLimited, (await _fixture.SendAsync("other")).Status);

        Assert.Equal(0, _fixture.LimitsOf("other").InFlight.Current);
    }
}
