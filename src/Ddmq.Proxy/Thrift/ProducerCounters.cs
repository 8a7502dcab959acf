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
        Interlocked.Decrement(ref _inFlight);
    }
}
