using Ddmq.Core.Messages;
using Ddmq.Core.Storage;

namespace Ddmq.Benchmarks;

/// <summary>Answers at once and stores nothing: what is left is the front door and the pipeline. Thread-safe.</summary>
internal sealed class NoopStore : IMessageStore
{
    public int MaxMessageSize => 2 * 1024 * 1024;

    public string? Trouble => null;

    public ValueTask<SendResult> SendAsync(SendRequest request) => new(SendResult.Ok(0, 0));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
