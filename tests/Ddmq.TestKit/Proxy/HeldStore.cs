using Ddmq.Core.Messages;
using Ddmq.Core.Storage;

namespace Ddmq.TestKit.Proxy;

/// <summary>A store that holds messages until the test lets them go. Thread-safe.</summary>
internal sealed class HeldStore : IMessageStore
{
    private readonly Lock _lock = new();
    private readonly List<(SendRequest Request, TaskCompletionSource<SendResult> Answer)> _held = [];
    private readonly SemaphoreSlim _arrived = new(0);

    /// <summary>What a message is answered at once; null holds it.</summary>
    public Func<SendRequest, SendResult?> Script { get; set; } = _ => null;

    public int MaxMessageSize => 2 * 1024 * 1024;

    public string? Trouble { get; set; }

    /// <summary>What is held now.</summary>
    public IReadOnlyList<(SendRequest Request, TaskCompletionSource<SendResult> Answer)> Held
    {
        get
        {
            lock (_lock)
            {
                return [.. _held];
            }
        }
    }

    public ValueTask<SendResult> SendAsync(SendRequest request)
    {
        if (Script(request) is { } result)
        {
            return new ValueTask<SendResult>(result);
        }

        var answer = new TaskCompletionSource<SendResult>();
        lock (_lock)
        {
            _held.Add((request, answer));
        }

        _arrived.Release();
        return new ValueTask<SendResult>(answer.Task);
    }

    /// <summary>Waits until that many messages have been held, counted once each.</summary>
    public async Task HeldAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (!await _arrived.WaitAsync(TimeSpan.FromSeconds(20)))
            {
                throw new TimeoutException($"{i} of {count} messages reached the store");
            }
        }
    }

    /// <summary>Answers everything that is held.</summary>
    public void ReleaseAll(SendResult result)
    {
        (SendRequest, TaskCompletionSource<SendResult> Answer)[] held;
        lock (_lock)
        {
            held = [.. _held];
            _held.Clear();
        }

        // Not under the caller's context, where continuations would be posted: as in the proxy, they run here.
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        foreach ((_, TaskCompletionSource<SendResult> answer) in held)
        {
            answer.SetResult(result);
        }

        SynchronizationContext.SetSynchronizationContext(context);
    }

    public ValueTask DisposeAsync()
    {
        ReleaseAll(SendResult.Refused(SendStatus.ShuttingDown));
        return ValueTask.CompletedTask;
    }
}
