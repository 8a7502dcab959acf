using Ddmq.Core.Messages;
using Ddmq.Core.Storage;

namespace Ddmq.UnitTests.Pipeline;

/// <summary>A store that answers as the test says: at once, later, or by throwing. Not for concurrent use.</summary>
internal sealed class ScriptedStore : IMessageStore
{
    /// <summary>What a message is answered; null leaves it to <see cref="Complete"/>.</summary>
    public Func<SendRequest, SendResult?> Script { get; set; } = _ => SendResult.Ok();

    /// <summary>Every message handed over, in order.</summary>
    public List<SendRequest> Requests { get; } = [];

    /// <summary>The answers not given yet, in order.</summary>
    public Queue<TaskCompletionSource<SendResult>> Waiting { get; } = [];

    public int MaxMessageSize { get; init; } = 1024;

    public string? Trouble => null;

    public ValueTask<SendResult> SendAsync(SendRequest request)
    {
        Requests.Add(request);
        if (Script(request) is { } result)
        {
            return new ValueTask<SendResult>(result);
        }

        var waiting = new TaskCompletionSource<SendResult>();
        Waiting.Enqueue(waiting);
        return new ValueTask<SendResult>(waiting.Task);
    }

    /// <summary>Answers the oldest message that waits, on this thread.</summary>
    public void Complete(SendResult result)
    {
        // Under the runner's context continuations would be posted; here, as in the proxy, they run where they are completed.
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        Waiting.Dequeue().SetResult(result);
        SynchronizationContext.SetSynchronizationContext(context);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
