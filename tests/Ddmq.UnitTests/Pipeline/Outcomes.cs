using Ddmq.Core.Messages;

namespace Ddmq.UnitTests.Pipeline;

/// <summary>What a store says at last.</summary>
internal static class Outcomes
{
    /// <summary>Completes it, with all that waits for it, before this returns: the test runner's own context would put that off.</summary>
    public static void Come(TaskCompletionSource<SendResult> outcome, SendResult result)
    {
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        outcome.SetResult(result);
        SynchronizationContext.SetSynchronizationContext(context);
    }
}
