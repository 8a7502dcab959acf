using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;
using Ddmq.Core.Messages;
using Ddmq.Storage.Kafka.Clients;

namespace Ddmq.Storage.Kafka.Sending;

/// <summary>
/// One message from <see cref="KafkaStore.SendAsync"/> to its result, reused through the <see cref="OperationPool"/>.
/// <code>
/// pooled ─Rent─► waiting (KafkaTopic, KafkaLane) ─► handed over (KafkaClient) ─Settle─► completed ─GetResult─► pooled
///                   └──────────────────────────── Settle ─────────────────────────────────▲
/// </code>
/// Whoever settles first answers. Who awaits the result continues on the thread that settles, usually the client's own that brings
/// delivery reports.
/// </summary>
internal sealed class SendOperation : IValueTaskSource<SendResult>
{
    private readonly OperationPool _pool;
    private GCHandle _handle;
    private ManualResetValueTaskSourceCore<SendResult> _core = new() { RunContinuationsAsynchronously = false };
    private int _claimed;

    public SendOperation(OperationPool pool)
    {
        _pool = pool;
        _handle = GCHandle.Alloc(this);
    }

    /// <summary>The message.</summary>
    public SendRequest Request { get; private set; } = null!;

    /// <summary>Its topic.</summary>
    public KafkaTopic Topic { get; private set; } = null!;

    /// <summary>The client it was handed to; null before.</summary>
    public KafkaClient? Client { get; set; }

    /// <summary>The partition it was handed over for; null before.</summary>
    public KafkaPartition? Partition { get; set; }

    /// <summary>How many requests that client had written before (<see cref="Native.NativeProducer.RequestsWritten"/>).</summary>
    public long WrittenBefore { get; set; }

    /// <summary>With which others it was handed over; null before.</summary>
    public Transfer? Transfer { get; set; }

    /// <summary>Whether a client had no room for it at its turn; its lane's own.</summary>
    public bool HasMetFullClient { get; set; }

    /// <summary>When it began to wait, in <see cref="TimeProvider.GetTimestamp"/> ticks.</summary>
    public long WaitsSince { get; set; }

    /// <summary>Size of the body; the request may be somebody else's once the operation is claimed.</summary>
    public int BodyLength { get; private set; }

    /// <summary>What librdkafka is given to bring back with the message's delivery report: a handle of this object, until <see cref="Drop"/>.</summary>
    public nint Opaque => GCHandle.ToIntPtr(_handle);

    /// <summary>Neighbours in the pool's list of what is outstanding, or in its stock; the pool's own, under its lock.</summary>
    internal SendOperation? Previous { get; set; }

    /// <inheritdoc cref="Previous"/>
    internal SendOperation? Next { get; set; }

    /// <summary>What the caller of the store awaits.</summary>
    public ValueTask<SendResult> Task => new(this, _core.Version);

    public void Start(SendRequest request, KafkaTopic topic)
    {
        Request = request;
        Topic = topic;
        BodyLength = request.Body.Length;
        Client = null;
        Partition = null;
        Transfer = null;
        HasMetFullClient = false;
        WaitsSince = 0;
        Volatile.Write(ref _claimed, 0);
    }

    /// <summary>Makes the caller the one who answers; false when somebody has.</summary>
    public bool TryClaim() => Interlocked.Exchange(ref _claimed, 1) == 0;

    /// <summary>
    /// Answers. For the one who claimed; the operation must not be touched after that, it may already be another message's.
    /// </summary>
    public void Complete(in SendResult result) => _core.SetResult(result);

    /// <summary>Leaves the object to the garbage collector. The pool's own, when no report can come any more.</summary>
    public void Drop() => _handle.Free();

    SendResult IValueTaskSource<SendResult>.GetResult(short token)
    {
        SendResult result = _core.GetResult(token);
        _core.Reset();
        Request = null!;
        _pool.GiveBack(this);
        return result;
    }

    ValueTaskSourceStatus IValueTaskSource<SendResult>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<SendResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
