using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Ddmq.Cli.Native;

/// <summary>
/// A Linux timer that wakes an epoll loop at a time told in nanoseconds. The timeout of <c>epoll_wait</c> is no
/// substitute: it counts in milliseconds, and the kernel stretches it by 50 us. Not thread-safe.
/// </summary>
internal sealed unsafe partial class TimerFd : IDisposable
{
    private const int ClockMonotonic = 1;
    private const int AbsoluteTime = 1;
    private const int NonBlockCloseOnExec = 0x800 | 0x80000;
    private const long NanosPerSecond = 1_000_000_000;
    private const string Library = "libc";

    private readonly SafeFileHandle _owned;

    public TimerFd()
    {
        Descriptor = Create(ClockMonotonic, NonBlockCloseOnExec);
        if (Descriptor < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "timerfd_create failed");
        }

        _owned = new SafeFileHandle(Descriptor, ownsHandle: true);
    }

    /// <summary>What epoll watches: readable from the time set on, until the next <see cref="Set"/>.</summary>
    public int Descriptor { get; }

    /// <summary>Sets the time, in nanoseconds of the monotonic clock; one in the past fires at once.</summary>
    public void Set(long nanoseconds)
    {
        TimerSpec spec = default;
        spec.Seconds = (nint)(nanoseconds / NanosPerSecond);
        spec.Nanoseconds = (nint)(nanoseconds % NanosPerSecond);
        _ = SetTime(Descriptor, AbsoluteTime, &spec, null);
    }

    /// <inheritdoc/>
    public void Dispose() => _owned.Dispose();

    [LibraryImport(Library, EntryPoint = "timerfd_create", SetLastError = true)]
    private static partial int Create(int clock, int flags);

    [LibraryImport(Library, EntryPoint = "timerfd_settime", SetLastError = true)]
    private static partial int SetTime(int descriptor, int flags, TimerSpec* value, TimerSpec* old);

    /// <summary>struct itimerspec: first the interval, 0 for a timer that fires once, then the time.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct TimerSpec
    {
        public nint IntervalSeconds;
        public nint IntervalNanoseconds;
        public nint Seconds;
        public nint Nanoseconds;
    }
}
