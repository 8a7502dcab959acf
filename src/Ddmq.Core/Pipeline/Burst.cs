using System.Runtime.ExceptionServices;

namespace Ddmq.Core.Pipeline;

/// <summary>
/// Lets a store gather what one thread hands over in one go. A front door that has read from many connections at once marks the beginning and the
/// end of its burst; a store that is sent a message within one may put off its system call until the end, so that twenty messages cost one
/// write to the broker and not twenty. What gains by more than one round of reading can wait until there is nothing more to read. State is per
/// thread; bursts do not nest.
/// </summary>
public static class Burst
{
    [ThreadStatic]
    private static List<IBurstTarget>? _targets;

    [ThreadStatic]
    private static List<IBurstTarget>? _untilQuiet;

    [ThreadStatic]
    private static bool _isOpen;

    /// <summary>Whether this thread has a burst open.</summary>
    public static bool IsOpen => _isOpen;

    /// <summary>Begins a burst on this thread. The thread must not wait for anything that was sent before it calls <see cref="End"/>.</summary>
    public static void Begin() => _isOpen = true;

    /// <summary>
    /// Asks for <see cref="IBurstTarget.EndBurst"/> at the end of this thread's burst. Asked twice it is called twice: the target remembers
    /// that it has asked.
    /// </summary>
    /// <returns>False when this thread has no burst open: the target is to do its work now.</returns>
    public static bool TryDefer(IBurstTarget target) => TryDefer(target, ref _targets);

    /// <summary>
    /// The same, but of a round only when the thread has nothing more to read, or has read for long enough (<see cref="EndRound"/>).
    /// </summary>
    /// <returns>False when this thread has no burst open: the target is to do its work now.</returns>
    public static bool TryDeferUntilQuiet(IBurstTarget target) => TryDefer(target, ref _untilQuiet);

    /// <summary>
    /// Ends this thread's burst: every target does its work, in the order in which they asked. What one of them throws is thrown when all have.
    /// </summary>
    public static void End() => EndRound(isQuiet: true);

    /// <summary>Ends one round of a thread that looks at once whether there is more to read, and then begins the next.</summary>
    /// <param name="isQuiet">Whether there was nothing, so that those who wait for that are to do their work, too.</param>
    /// <returns>Whether somebody waits for a quiet round. Then the thread must not sleep before it has ended one.</returns>
    public static bool EndRound(bool isQuiet)
    {
        _isOpen = false;
        try
        {
            EndAll(ref _targets);
        }
        finally
        {
            if (isQuiet)
            {
                EndAll(ref _untilQuiet);
            }
        }

        return _untilQuiet is { Count: > 0 };
    }

    /// <summary>Has each of them do its work, in order. What one of them throws is thrown when all have.</summary>
    /// <param name="targets">Must not change meanwhile.</param>
    public static void EndAll(List<IBurstTarget> targets)
    {
        Exception? thrown = null;
        foreach (IBurstTarget target in targets)
        {
            try
            {
                target.EndBurst();
            }
            catch (Exception exception)
            {
                thrown ??= exception;
            }
        }

        if (thrown is not null)
        {
            ExceptionDispatchInfo.Throw(thrown);
        }
    }

    private static bool TryDefer(IBurstTarget target, ref List<IBurstTarget>? targets)
    {
        if (!_isOpen)
        {
            return false;
        }

        (targets ??= []).Add(target);
        return true;
    }

    private static void EndAll(ref List<IBurstTarget>? targets)
    {
        if (targets is not { Count: > 0 } ending)
        {
            return;
        }

        // Whoever continues where a target answers a message may have a burst of its own.
        targets = null;
        try
        {
            EndAll(ending);
        }
        finally
        {
            ending.Clear();
            targets ??= ending;
        }
    }
}
