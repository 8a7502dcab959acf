using Ddmq.Core.Messages;
using Ddmq.Core.Storage;

namespace Ddmq.UnitTests.Pipeline;

/// <summary>A store that answers as the test says: at once, later, or by throwing. Not for concurrent use.</summary>
internal sealed class ScriptedStore : IMessageStore
{
    private readonly List<TaskCompletionSource<SendResult>> _all = [];

    /// <summary>What a message is answered; null leaves it to <see cref="Complete"/>.</summary>
    public Func<SendRequest, SendResult?> Script { get; set; } = _ => SendResult.Ok();

    /// <summary>Which messages have one place only.</summary>
    public Func<SendRequest, bool> IsWithoutElsewhere { get; set; } = _ => false;

    /// <summary>Every message handed over, in order.</summary>
    public List<SendRequest> Requests { get; } = [];

    /// <summary>The answers not given yet, in order.</summary>
    public Queue<TaskCompletionSource<SendResult>> Waiting { get; } = [];

    public int MaxMessageSize { get; init; } = 1024;

    public string? Trouble => null;

    public bool MayGoElsewhere(SendRequest request) => !IsWithoutElsewhere(request);

    public ValueTask<SendResult> SendAsync(SendRequest request)
    {
        Requests.Add(request);
        if (Script(request) is { } result)
        {
            return new ValueTask<SendResult>(result);
        }

        var waiting = new TaskCompletionSource<SendResult>();
        Waiting.Enqueue(waiting);
        _all.Add(waiting);
        return new ValueTask<SendResult>(waiting.Task);
    }

    /// <summary>Answers the oldest message that waits, on this thread.</summary>
    public void Complete(SendResult result) => Outcomes.Come(Waiting.Dequeue(), result);

    /// <summary>Answers the message that was handed over at that place among those that were not answered at once, on this thread.</summary>
    public void Complete(int index, SendResult result) => Outcomes.Come(_all[index], result);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
