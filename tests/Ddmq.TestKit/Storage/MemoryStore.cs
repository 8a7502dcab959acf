using System.Collections.Concurrent;
using System.Text;
using Ddmq.Core.Messages;
using Ddmq.Core.Storage;

namespace Ddmq.TestKit.Storage;

/// <summary>
/// A store in memory that answers a little later, as a broker does, and whose reachability a test decides. Keeps what it stored after it
/// was disposed. Thread-safe.
/// </summary>
public sealed class MemoryStore : IMessageStore
{
    private readonly ConcurrentQueue<(string Topic, string? Key)> _stored = new();
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isDisposing;
    private int _inFlight;

    /// <summary>Whether <see cref="WarmUpAsync"/> reaches anything.</summary>
    public bool IsReachable { get; set; } = true;

    /// <inheritdoc/>
    public string? Trouble { get; set; }

    /// <inheritdoc/>
    public int MaxMessageSize { get; init; } = 2 * 1024 * 1024;

    /// <summary>Topic and key of everything stored.</summary>
    public IReadOnlyCollection<(string Topic, string? Key)> Stored => _stored;

    /// <summary>Every topic it was asked to warm up.</summary>
    public ConcurrentQueue<string> WarmedUp { get; } = new();

    /// <summary>Completes when it was disposed and has answered everything.</summary>
    public Task Disposed => _disposed.Task;

    /// <inheritdoc/>
    public ValueTask<SendResult> SendAsync(SendRequest request)
    {
        Interlocked.Increment(ref _inFlight);
        if (_isDisposing)
        {
            Interlocked.Decrement(ref _inFlight);
            return new ValueTask<SendResult>(SendResult.Refused(SendStatus.ShuttingDown));
        }

        return new ValueTask<SendResult>(Task.Run(() =>
        {
            string? key = request.Key is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null;
            _stored.Enqueue((Encoding.UTF8.GetString(request.TopicName.GetValueOrDefault().Span), key));
            Interlocked.Decrement(ref _inFlight);
            return SendResult.Ok(0, _stored.Count);
        }));
    }

    /// <inheritdoc/>
    public ValueTask<bool> WarmUpAsync(IReadOnlyCollection<string> topics, CancellationToken cancellation)
    {
        foreach (string topic in topics)
        {
            WarmedUp.Enqueue(topic);
        }

        return new ValueTask<bool>(IsReachable);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _isDisposing = true;
        while (Volatile.Read(ref _inFlight) > 0)
        {
            await Task.Yield();
        }

        _disposed.TrySetResult();
    }
}
