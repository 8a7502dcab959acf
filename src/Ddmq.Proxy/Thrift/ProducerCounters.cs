using Ddmq.Thrift.ProducerProxy;

namespace Ddmq.Proxy.Thrift;

/// <summary>
/// Calls of the ProducerService by method. Received = answered + in flight, counted separately. Thread-safe.
/// </summary>
internal sealed class ProducerCounters
{
    private readonly long[] _received = new long[Enum.GetValues<ProducerServiceMethod>().Length];
    private readonly long[] _answered = new long[Enum.GetValues<ProducerServiceMethod>().Length];
    private long _inFlight;
    private TaskCompletionSource? _drained;

    /// <summary>Calls whose arguments were decoded.</summary>
    public long Received(ProducerServiceMethod method) => Volatile.Read(ref _received[(int)method]);

    /// <summary>Calls answered.</summary>
    public long Answered(ProducerServiceMethod method) => Volatile.Read(ref _answered[(int)method]);

    /// <summary>Calls not answered yet.</summary>
    public long InFlight => Volatile.Read(ref _inFlight);

    /// <summary>A call begins.</summary>
    public void Enter(ProducerServiceMethod method)
    {
        Interlocked.Increment(ref _received[(int)method]);
        Interlocked.Increment(ref _inFlight);
    }

    /// <summary>A call's reply is about to be handed to its connection.</summary>
    public void Leave(ProducerServiceMethod method)
    {
        Interlocked.Increment(ref _answered[(int)method]);
        if (Interlocked.Decrement(ref _inFlight) == 0)
        {
            Volatile.Read(ref _drained)?.TrySetResult();
        }
    }

    /// <summary>Completes when no call is in flight. For the one who stops the proxy.</summary>
    public Task DrainedAsync()
    {
        var drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _drained, drained);
        Interlocked.MemoryBarrier();
        if (InFlight == 0)
        {
            drained.TrySetResult();
        }

        return drained.Task;
    }
}
