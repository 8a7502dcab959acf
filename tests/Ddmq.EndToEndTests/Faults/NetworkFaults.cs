using Ddmq.TestKit.Faults;
using Ddmq.TestKit.Network;
using Ddmq.TestKit.Requirements;
using Xunit;
using Xunit.Abstractions;

namespace Ddmq.EndToEndTests.Faults;

/// <summary>
/// What a store owes while the way to its broker, which itself is well, is disturbed. A class for each kind of broker derives from it.
/// </summary>
/// <param name="output">Where figures go.</param>
public abstract class NetworkFaults(ITestOutputHelper output)
{
    [RequiresBrokersFact]
    public Task SendAsync_ConnectionsCutAgainAndAgain_EveryAnswerIsTrue() => RunAsync(async (relay, senders) =>
    {
        for (int cut = 0; cut < 10; cut++)
        {
            relay.DropConnections();
            await senders.WaitForAnswersAsync(2 * FaultRun.Senders);
        }
    });

    [RequiresBrokersFact]
    public Task SendAsync_AnswersBreakOffInTheMiddle_EveryAnswerIsTrue() => RunAsync(async (relay, senders) =>
    {
        relay.BeginTearing();
        try
        {
            await senders.WaitForFailuresAsync(FaultRun.Senders);
        }
        finally
        {
            relay.EndTearing();
        }
    });

    [RequiresBrokersFact]
    public Task SendAsync_NothingArrivesForAWhile_EveryAnswerIsTrue() => RunAsync(async (relay, senders) =>
    {
        relay.Freeze();
        try
        {
            await senders.WaitForFailuresAsync(FaultRun.Senders);
        }
        finally
        {
            relay.Thaw();
        }
    });

    [RequiresBrokersFact]
    public Task SendAsync_AnswersAreHeldBackAndThenLost_EveryAnswerIsTrue() => RunAsync(async (relay, senders) =>
    {
        relay.FreezeAnswers();
        try
        {
            await senders.WaitForFailuresAsync(FaultRun.Senders);
            relay.DropConnections();
        }
        finally
        {
            relay.Thaw();
        }
    });

    [RequiresBrokersFact]
    public async Task SendAsync_LineIsSlowForAWhile_AllAreStored()
    {
        AnswerCheck check = await RunAsync(async (relay, senders) =>
        {
            relay.Delay = TimeSpan.FromMilliseconds(50);
            try
            {
                await senders.WaitForAnswersAsync(4 * FaultRun.Senders);
            }
            finally
            {
                relay.Delay = TimeSpan.Zero;
            }
        });

        Assert.Equal(check.Answers, check.Yes);
    }

    /// <summary>A new store and topic behind a relay, of which the class has one.</summary>
    protected abstract Task<FaultTarget> CreateTargetAsync();

    private async Task<AnswerCheck> RunAsync(Func<TcpRelay, ClosedLoopSenders, Task> disturbAsync)
    {
        FaultTarget target = await CreateTargetAsync();
        return await FaultRun.RunAsync(target, output, senders => disturbAsync(target.Relay!, senders));
    }
}
