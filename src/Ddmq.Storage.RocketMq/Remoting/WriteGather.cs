using Ddmq.Core.Pipeline;

namespace Ddmq.Storage.RocketMq.Remoting;

/// <summary>
/// Puts off the writes of one thread while it handles many replies or many batches, so that each connection gets one system call. What
/// <see cref="Burst"/> is to the front door's threads, this is to the store's own work, also within the end of a burst. State is per thread.
/// </summary>
internal static class WriteGather
{
    [ThreadStatic]
    private static List<IBurstTarget>? _targets;

    [ThreadStatic]
    private static bool _isOpen;

    /// <summary>Whether this thread gathers.</summary>
    public static bool IsOpen => _isOpen;

    /// <summary>Begins; false when this thread gathers already, and then whoever began ends it.</summary>
    public static bool TryBegin()
    {
        if (_isOpen)
        {
            return false;
        }

        _isOpen = true;
        return true;
    }

    /// <summary>Asks for <see cref="IBurstTarget.EndBurst"/> at the end; false when this thread gathers nothing.</summary>
    public static bool TryDefer(IBurstTarget target)
    {
        if (!_isOpen)
        {
            return false;
        }

        List<IBurstTarget> targets = _targets ??= [];
        if (!targets.Contains(target))
        {
            targets.Add(target);
        }

        return true;
    }

    /// <summary>Ends what <see cref="TryBegin"/> began.</summary>
    public static void End()
    {
        _isOpen = false;
        if (_targets is not { Count: > 0 } targets)
        {
            return;
        }

        _targets = null;
        try
        {
            Burst.EndAll(targets);
        }
        finally
        {
            targets.Clear();
            _targets ??= targets;
        }
    }
}
