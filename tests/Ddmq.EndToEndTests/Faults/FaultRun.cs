using Ddmq.TestKit.Faults;
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

    /// <summary>Runs a scenario and asserts what it must leave behind.</summary>
    /// <param name="target">Disposed at the end.</param>
    /// <param name="output">Told what happened.</param>
    /// <param name="disturbAsync">Disturbs, and puts right again also when it fails.</param>
    public static async Task<AnswerCheck> RunAsync(FaultTarget target, ITestOutputHelper output, Func<ClosedLoopSenders, Task> disturbAsync)
    {
        await using FaultTarget owned = target;
        ClosedLoopSenders senders = ClosedLoopSenders.Start(target.Store, target.Topic, Senders, Timeout, Patience);
        IReadOnlyList<SentMessage> sent;
        try
        {
            await senders.WaitForAnswersAsync(AnswersBefore);
            await senders.WaitForSuccessOfEachAsync();
            await disturbAsync(senders);
            await senders.WaitForSuccessOfEachAsync();
        }
        finally
        {
            sent = await senders.StopAsync();
        }

        var check = new AnswerCheck(sent, await target.ReadAllAsync());
        output.WriteLine(check.ToString());
        Assert.True(check.Lies.Count == 0, check.ToString());
        return check;
    }
}
