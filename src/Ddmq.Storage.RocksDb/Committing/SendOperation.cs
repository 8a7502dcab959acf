using System.Threading.Tasks.Sources;
using Ddmq.Core.Messages;

namespace Ddmq.Storage.RocksDb.Committing;

/// <summary>
/// One message from <see cref="RocksDbStore.SendAsync"/> to its result, reused through the <see cref="SendQueue"/>'s pool.
/// <code>
/// pooled ──Start──► queued ──Complete──► completed ──GetResult──► pooled
/// </code>
/// Whoever awaits the result continues on the commit thread, without a hop to another one; and taking the result is
/// what gives the operation back.
/// </summary>
internal sealed class SendOperation(SendQueue pool) : IValueTaskSource<SendResult>
{
    private ManualResetValueTaskSourceCore<SendResult> _core = new() { RunContinuationsAsynchronously = false };

    /// <summary>The message.</summary>
    public SendRequest Request { get; private set; } = null!;

    /// <summary>What the message counts for in the queue's bound.</summary>
    public int Cost { get; private set; }

    /// <summary>The next one in the queue or in the pool.</summary>
    public SendOperation? Next { get; set; }

    /// <summary>Where the message goes; set while its batch is built.</summary>
    public int Partition { get; set; }

    /// <summary>Where the message goes; set while its batch is built.</summary>
    public long Offset { get; set; }

    /// <summary>What the caller of the store awaits.</summary>
    public ValueTask<SendResult> Task => new(this, _core.Version);

    public void Start(SendRequest request, int cost)
    {
        Request = request;
        Cost = cost;
    }

    /// <summary>Answers; the operation must not be touched after that, it may already be another message's.</summary>
    public void Complete(in SendResult result)
    {
        Request = null!;
        _core.SetResult(result);
    }

    SendResult IValueTaskSource<SendResult>.GetResult(short token)
    {
        SendResult result = _core.GetResult(token);
        _core.Reset();
        pool.GiveBack(this);
        return result;
    }

    ValueTaskSourceStatus IValueTaskSource<SendResult>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<SendResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
