using Ddmq.Core.Pipeline;

namespace Ddmq.Storage.RocketMq.Remoting;

/// <summary>
/// Puts off the writes of one thread while it handles many replies or many batches, so that each connection gets one system call. What
/// <see cref="Burst"/> is to the front door's threads, this is to the store's own work, also within the end of a burst. State is per thread.
/// </summary>
internal static class WriteGather
{
    [ThreadStatic]
    private static List<IBurstTarget>? s_targets;

    [ThreadStatic]
    private static bool s_isOpen;

    /// <summary>Whether this thread gathers.</summary>
    public static bool IsOpen => s_isOpen;

    /// <summary>Begins; false when this thread gathers already, and then whoever began ends it.</summary>
    public static bool TryBegin()
    {
        if (s_isOpen)
        {
            return false;
        }

        s_isOpen = true;
        return true;
    }

    /// <summary>Asks for <see cref="IBurstTarget.EndBurst"/> at the end; false when this thread gathers nothing.</summary>
    public static bool TryDefer(IBurstTarget target)
    {
        if (!s_isOpen)
        {
            return false;
        }

        List<IBurstTarget> targets = s_targets ??= [];
        if (!targets.Contains(target))
        {
            targets.Add(target);
        }

        return true;
    }

    /// <summary>Ends what <see cref="TryBegin"/> began.</summary>
    public static void End()
    {
        s_isOpen = false;
        if (s_targets is not { Count: > 0 } targets)
        {
            return;
        }

        foreach (IBurstTarget target in targets)
        {
            target.EndBurst();
        }

        targets.Clear();
    }
}
