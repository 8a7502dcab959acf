using System.Collections.Concurrent;

namespace Ddmq.Config.ZooKeeper;

/// <summary>
/// A call that was handed to the C client and has not ended. The client knows it by a number in a table, not by a pointer: it
/// does not report the calls that are open when a handle is closed, so whoever takes a call out of the table first (the client's
/// completion, the failure to start it, or the end of the session) is the one to complete it.
/// </summary>
internal abstract class PendingCall(ZooKeeperSession owner)
{
    private static readonly ConcurrentDictionary<nint, PendingCall> Calls = new();
    private static long _lastId;

    /// <summary>The session it belongs to.</summary>
    public ZooKeeperSession Owner { get; } = owner;

    /// <summary>How many calls of all sessions are open.</summary>
    public static int Count => Calls.Count;

    /// <summary>Puts a call into the table; the number is never used again.</summary>
    public static nint Add(PendingCall call)
    {
        nint id = (nint)Interlocked.Increment(ref _lastId);
        Calls[id] = call;
        return id;
    }

    /// <summary>Takes a call out, to complete it; null when somebody else has.</summary>
    public static PendingCall? Take(nint id) => Calls.TryRemove(id, out PendingCall? call) ? call : null;

    /// <summary>Completes what is left of a session whose handle is closed.</summary>
    public static void CompleteAll(ZooKeeperSession owner, ZooKeeperError error)
    {
        foreach ((nint id, PendingCall call) in Calls)
        {
            if (ReferenceEquals(call.Owner, owner))
            {
                Take(id)?.Complete(error);
            }
        }
    }

    /// <summary>Ends the call without a value.</summary>
    public abstract void Complete(ZooKeeperError error);
}
