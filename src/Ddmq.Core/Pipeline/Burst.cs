using System.Runtime.ExceptionServices;

namespace Ddmq.Core.Pipeline;

/// <summary>
/// Lets a store gather what one thread hands over in one go. A front door that has read from many connections at once marks the beginning and the
/// end of its burst; a store that is sent a message within one may put off its system call until the end, so that twenty messages cost one
/// write to the broker and not twenty. State is per thread; bursts do not nest.
/// </summary>
public static class Burst
{
    [ThreadStatic]
    private static List<IBurstTarget>? _targets;

    [ThreadStatic]
    private static bool _isOpen;

    /// <summary>Begins a burst on this thread. The thread must not wait for anything that was sent before it calls <see cref="End"/>.</summary>
    public static void Begin() => _isOpen = true;

    /// <summary>
    /// Asks for <see cref="IBurstTarget.EndBurst"/> at the end of this thread's burst. Asked twice it is called twice: the target remembers
    /// that it has asked.
    /// </summary>
    /// <returns>False when this thread has no burst open: the target is to do its work now.</returns>
    public static bool TryDefer(IBurstTarget target)
    {
        if (!_isOpen)
        {
            return false;
        }

        (_targets ??= []).Add(target);
        return true;
    }

    /// <summary>
    /// Ends this thread's burst: every target does its work, in the order in which they asked. What one of them throws is thrown when all have.
    /// </summary>
    public static void End()
    {
        _isOpen = false;
        if (_targets is not { Count: > 0 } targets)
        {
            return;
        }

        // Whoever continues where a target answers a message may have a burst of its own.
        _targets = null;
        try
        {
            EndAll(targets);
        }
        finally
        {
            targets.Clear();
            _targets ??= targets;
        }
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
}
