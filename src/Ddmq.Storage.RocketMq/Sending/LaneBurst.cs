using Ddmq.Core.Pipeline;
using Ddmq.Storage.RocketMq.Remoting;

namespace Ddmq.Storage.RocketMq.Sending;

/// <summary>
/// The lanes that one thread's burst has put messages into: at its end each sends what has gathered, and then each connection gets one
/// system call. So the messages of a burst become a batch without anybody waiting for it. State is per thread.
/// </summary>
internal sealed class LaneBurst : IBurstTarget
{
    [ThreadStatic]
    private static LaneBurst? _current;

    private List<IBurstTarget> _lanes = [];
    private List<IBurstTarget>? _spare;

    /// <summary>Has the lane pumped at the end of this thread's burst; false when no burst is open.</summary>
    public static bool TryDefer(Lane lane)
    {
        LaneBurst burst = _current ??= new LaneBurst();
        if (burst._lanes.Count == 0 && !Burst.TryDefer(burst))
        {
            return false;
        }

        if (!burst._lanes.Contains(lane))
        {
            burst._lanes.Add(lane);
        }

        return true;
    }

    /// <inheritdoc/>
    public void EndBurst()
    {
        // A message that fails at once may bring its sender back here, with another message for one of these lanes, or with a burst of its own.
        List<IBurstTarget> pumped = _lanes;
        _lanes = _spare ?? [];
        _spare = null;
        bool began = WriteGather.TryBegin();
        try
        {
            Burst.EndAll(pumped);
        }
        finally
        {
            pumped.Clear();
            _spare = pumped;
            if (began)
            {
                WriteGather.End();
            }
        }
    }
}
