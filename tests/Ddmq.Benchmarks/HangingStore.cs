using Ddmq.Core.Messages;
using Ddmq.Core.Storage;

namespace Ddmq.Benchmarks;

/// <summary>A broker that takes messages and says nothing more. Thread-safe.</summary>
internal sealed class HangingStore : IMessageStore
{
    private readonly TaskCompletionSource<SendResult> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int MaxMessageSize => 2 * 1024 * 1024;

    public string? Trouble => null;

    public ValueTask<SendResult> SendAsync(SendRequest request) => new(_end.Task);

    public ValueTask DisposeAsync()
    {
        _end.TrySetResult(SendResult.Refused(SendStatus.ShuttingDown));
        return ValueTask.CompletedTask;
    }
}
