using Ddmq.Core.Pipeline;
using Ddmq.Storage.RocketMq.Remoting;

namespace Ddmq.Storage.RocketMq.Sending;

/// <summary>
/// The lanes that one thread's burst has put messages into: at its end, or when the thread has nothing more to read, each sends what has
/// gathered, and then each connection gets one system call. So the messages of a burst become a batch without anybody waiting for it. State is
/// per thread.
/// </summary>
internal sealed class LaneBurst : IBurstTarget
{
    [ThreadStatic]
    private static LaneBurst? _untilEnd;

    [ThreadStatic]
    private static LaneBurst? _untilQuiet;

    private List<IBurstTarget> _lanes = [];
    private List<IBurstTarget>? _spare;

    /// <summary>Has the lane pumped at the end of this thread's burst; false when no burst is open.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="untilQuiet">Whether it can wait until the thread has nothing more to read.</param>
    public static bool TryDefer(Lane lane, bool untilQuiet)
    {
        if (!Burst.IsOpen)
        {
            return false; // between two rounds, too: others may wait for a quiet one then
        }

        LaneBurst burst = untilQuiet ? _untilQuiet ??= new LaneBurst() : _untilEnd ??= new LaneBurst();
        if (burst._lanes.Count == 0)
        {
            _ = untilQuiet ? Burst.TryDeferUntilQuiet(burst) : Burst.TryDefer(burst);
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
