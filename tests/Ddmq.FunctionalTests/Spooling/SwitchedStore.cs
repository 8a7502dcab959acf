using System.Collections.Concurrent;
using System.Text;
using Ddmq.Core.Messages;
using Ddmq.Core.Storage;

namespace Ddmq.FunctionalTests.Spooling;

/// <summary>A cluster that works, fails, or does not answer, as the test says. Thread-safe.</summary>
internal sealed class SwitchedStore : IMessageStore
{
    private readonly ConcurrentQueue<string> _stored = new();
    private readonly ConcurrentBag<TaskCompletionSource<SendResult>> _waiting = [];
    private volatile Func<SendResult?> _outcome = () => SendResult.Ok();

    /// <summary>What a message is answered; null for nothing until the store is disposed.</summary>
    public Func<SendResult?> Outcome
    {
        get => _outcome;
        set => _outcome = value;
    }

    /// <summary>The bodies of what it has stored, in order.</summary>
    public IReadOnlyList<string> Stored => [.. _stored];

    public int MaxMessageSize => 2 * 1024 * 1024;

    public string? Trouble => null;

    public ValueTask<SendResult> SendAsync(SendRequest request)
    {
        if (Outcome() is not { } result)
        {
            var waiting = new TaskCompletionSource<SendResult>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add(waiting);
            return new ValueTask<SendResult>(waiting.Task);
        }

        if (result.IsOk)
        {
            _stored.Enqueue(Encoding.UTF8.GetString(request.Body.Span));
        }

        return new ValueTask<SendResult>(result);
    }

    public ValueTask DisposeAsync()
    {
        foreach (TaskCompletionSource<SendResult> waiting in _waiting)
        {
            waiting.TrySetResult(SendResult.Refused(SendStatus.ShuttingDown));
        }

        return ValueTask.CompletedTask;
    }
}
