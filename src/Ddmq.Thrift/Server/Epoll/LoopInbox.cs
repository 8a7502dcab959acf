using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Ddmq.Thrift.Native;
using Microsoft.Win32.SafeHandles;

namespace Ddmq.Thrift.Server.Epoll;

/// <summary>
/// What other threads leave for a loop: tasks, and connections that have replies to write. They wake the loop through an eventfd, and only when it
/// sleeps. Story of a wake-up that must not be lost: the loop sets <see cref="_isSleeping"/>, then looks at what is here once more, then sleeps; the
/// other thread adds, then looks at <see cref="_isSleeping"/>. Each does its write before its read (full fences), so at least one sees the other.
/// </summary>
internal sealed unsafe class LoopInbox : IDisposable
{
    private readonly ConcurrentQueue<Action> _tasks = new();
    private readonly SafeFileHandle _owned;
    private EpollConnection? _posted;
    private int _isSleeping;

    /// <exception cref="Win32Exception">The process has no descriptor left.</exception>
    public LoopInbox()
    {
        Descriptor = Libc.EventFd(0, Libc.NonBlock | Libc.CloseOnExec);
        if (Descriptor < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"eventfd: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        _owned = new SafeFileHandle(Descriptor, ownsHandle: true);
    }

    /// <summary>Readable when somebody wakes the loop, until <see cref="Drain"/>.</summary>
    public int Descriptor { get; }

    /// <summary>Whether a task has been left and not been taken.</summary>
    public bool HasTasks => !_tasks.IsEmpty;

    /// <summary>Leaves a task. Any thread.</summary>
    public void Run(Action task)
    {
        _tasks.Enqueue(task);
        Interlocked.MemoryBarrier();
        WakeIfSleeping();
    }

    /// <summary>Leaves a connection, unless it is here already. Any thread.</summary>
    public void Post(EpollConnection connection)
    {
        if (!connection.TryMarkPosted())
        {
            return;
        }

        EpollConnection? head;
        do
        {
            head = Volatile.Read(ref _posted);
            connection.NextPosted = head;
        }
        while (Interlocked.CompareExchange(ref _posted, connection, head) != head);

        WakeIfSleeping();
    }

    /// <summary>Takes the oldest task. The loop's thread, as all that follows.</summary>
    public bool TryTakeTask([NotNullWhen(true)] out Action? task) => _tasks.TryDequeue(out task);

    /// <summary>Takes all connections: the last one that was left, with the others behind it in <see cref="EpollConnection.NextPosted"/>; null for none.</summary>
    public EpollConnection? TakePosted() => Interlocked.Exchange(ref _posted, null);

    /// <summary>Announces that the loop goes to sleep, then looks once more whether there is reason to stay awake: then false.</summary>
    public bool MaySleep()
    {
        Volatile.Write(ref _isSleeping, 1);
        Interlocked.MemoryBarrier();
        return Volatile.Read(ref _posted) is null && _tasks.IsEmpty;
    }

    /// <summary>The loop does not sleep: nobody needs to wake it.</summary>
    public void Awake() => Volatile.Write(ref _isSleeping, 0);

    /// <summary>The loop has been woken: <see cref="Descriptor"/> is not readable any more.</summary>
    public void Drain()
    {
        ulong drained;
        _ = Libc.Read(Descriptor, (byte*)&drained, sizeof(ulong));
    }

    /// <inheritdoc/>
    public void Dispose() => _owned.Dispose();

    private void WakeIfSleeping()
    {
        if (Interlocked.Exchange(ref _isSleeping, 0) == 1)
        {
            ulong one = 1;
            try
            {
                // By its owner: the number may be another file's by now, if the loop has just ended.
                _ = Libc.Write(_owned, (byte*)&one, sizeof(ulong));
            }
            catch (ObjectDisposedException)
            {
                // Nobody is left to be woken.
            }
        }
    }
}
