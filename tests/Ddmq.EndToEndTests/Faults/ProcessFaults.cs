using Ddmq.TestKit.Brokers;
using Ddmq.TestKit.Faults;
using Ddmq.TestKit.Requirements;
using Xunit;
using Xunit.Abstractions;

namespace Ddmq.EndToEndTests.Faults;

/// <summary>What a store owes while its broker crashes, stalls or is restarted. A class for each kind of broker derives from it.</summary>
/// <param name="output">Where figures go.</param>
public abstract class ProcessFaults(ITestOutputHelper output)
{
    /// <summary>Where figures go.</summary>
    protected ITestOutputHelper Output { get; } = output;

    [RequiresBrokersFact]
    public async Task SendAsync_BrokerKilledAndStartedAgain_EveryAnswerIsTrue()
    {
        FaultTarget target = await CreateTargetAsync();

        await FaultRun.RunAsync(target, Output, async _ =>
        {
            await target.Broker.KillAsync();
            await target.Broker.StartAsync();
        });
    }

    [RequiresBrokersFact]
    public async Task SendAsync_BrokerStoppedAndStartedAgain_EveryAnswerIsTrue()
    {
        FaultTarget target = await CreateTargetAsync();

        await FaultRun.RunAsync(target, Output, _ => target.Broker.RestartAsync());
    }

    [RequiresBrokersFact]
    public async Task SendAsync_BrokerPausedUntilAllHaveFailed_EveryAnswerIsTrue()
    {
        FaultTarget target = await CreateTargetAsync();

        await FaultRun.RunAsync(target, Output, async senders =>
        {
            target.Broker.Pause();
            try
            {
                await senders.WaitForFailuresAsync(FaultRun.Senders);
            }
            finally
            {
                target.Broker.Continue();
            }
        });
    }

    [RequiresBrokersFact]
    public async Task DisposeAsync_BrokerPaused_EveryAnswerIsTrue()
    {
        await using FaultTarget target = await CreateTargetAsync();
        ClosedLoopSenders senders = FaultRun.StartSenders(target);
        IReadOnlyList<SentMessage> sent;
        await senders.WaitForAnswersAsync(FaultRun.Senders);
        target.Broker.Pause();
        try
        {
            await target.Fixture.Store.DisposeAsync();
            await senders.WaitForFailuresAsync(FaultRun.Senders);
            sent = await senders.StopAsync();
        }
        finally
        {
            target.Broker.Continue();
        }

        // What the store had written to its connections comes to be stored only now, if at all.
        await FaultRun.AssertTrueAsync(target, sent, Output);
    }

    /// <summary>A new store and topic over a broker that serves, of which the class has one.</summary>
    protected abstract Task<FaultTarget> CreateTargetAsync();

    /// <summary>A broker that a failed test left dead is started.</summary>
    protected static async Task ReviveAsync(BrokerProcess broker)
    {
        if (!broker.IsStarted)
        {
            await broker.StartAsync();
        }
    }
}
