using System.Diagnostics;
using Ddmq.TestKit.Faults;
using Ddmq.TestKit.Storage;
using Xunit;
using Xunit.Abstractions;

namespace Ddmq.EndToEndTests.Faults;

/// <summary>
/// What every scenario has in common: 64 senders go on while something is disturbed and put right again; in the end each of them succeeds,
/// each of their messages has been answered, and every answer is true.
/// </summary>
internal static class FaultRun
{
    /// <summary>How many messages are under way at most.</summary>
    public const int Senders = 64;

    private const int AnswersBefore = 1000;

    // The deadline that producers have by default; and by when a store must have answered, whatever happened to its broker.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan SettleInterval = TimeSpan.FromMilliseconds(300);

    /// <summary>Runs a scenario and asserts what it must leave behind.</summary>
    /// <param name="target">Disposed at the end.</param>
    /// <param name="output">Told what happened.</param>
    /// <param name="disturbAsync">Disturbs, and puts right again also when it fails.</param>
    public static async Task<AnswerCheck> RunAsync(FaultTarget target, ITestOutputHelper output, Func<ClosedLoopSenders, Task> disturbAsync)
    {
        await using FaultTarget owned = target;
        ClosedLoopSenders senders = StartSenders(target);
        IReadOnlyList<SentMessage> sent;
        try
        {
            await senders.WaitForAnswersAsync(AnswersBefore);
            await senders.WaitForSuccessOfEachAsync();
            await disturbAsync(senders);
            long healed = Stopwatch.GetTimestamp();
            await senders.WaitForSuccessOfEachAsync();
            output.WriteLine($"all succeed again after {Stopwatch.GetElapsedTime(healed).TotalSeconds:0.0} s");
        }
        finally
        {
            sent = await senders.StopAsync();
        }

        return await AssertTrueAsync(target, sent, output);
    }

    /// <summary>Begins to send.</summary>
    public static ClosedLoopSenders StartSenders(FaultTarget target) =>
        ClosedLoopSenders.Start(target.Fixture.Store, target.Fixture.Topic, Senders, Timeout, Patience);

    /// <summary>Holds all answers against what the broker has.</summary>
    public static async Task<AnswerCheck> AssertTrueAsync(FaultTarget target, IReadOnlyList<SentMessage> sent, ITestOutputHelper output)
    {
        var check = new AnswerCheck(sent, await ReadSettledAsync(target), target.PartitionsKeepTheirNumbers);
        output.WriteLine(check.ToString());
        Assert.True(check.Lies.Count == 0, check.ToString());
        return check;
    }

    // A broker that has just woken up still stores what lay in its sockets: read until nothing more comes.
    private static async Task<IReadOnlyList<ReadBackMessage>> ReadSettledAsync(FaultTarget target)
    {
        IReadOnlyList<ReadBackMessage> stored = await target.Fixture.ReadAllAsync();
        while (true)
        {
            await Task.Delay(SettleInterval);
            IReadOnlyList<ReadBackMessage> again = await target.Fixture.ReadAllAsync();
            if (again.Count == stored.Count)
            {
                return again;
            }

            stored = again;
        }
    }
}
