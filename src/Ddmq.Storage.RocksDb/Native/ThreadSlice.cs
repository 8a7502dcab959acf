using System.Runtime.InteropServices;

namespace Ddmq.Storage.RocksDb.Native;

/// <summary>How long a thread asks to have a CPU at a time: the shorter, the sooner it gets it when it wakes up where others are at work.</summary>
internal static unsafe partial class ThreadSlice
{
    // What sched_setattr(2) takes as the shortest.
    private const ulong ShortestNanoseconds = 100_000;

    private const int Normal = 0;
    private const int Batch = 3;

    // There is no function of the C library for it before glibc 2.41.
    private static readonly (nint Set, nint Get)? Calls = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => (314, 315),
        Architecture.Arm64 => (274, 275),
        _ => null,
    };

    /// <summary>
    /// Asks for the shortest turns for the calling thread, and for those it will start; its share of the CPU stays the same. Needs no privilege. Linux
    /// 6.12 and later; others ignore it.
    /// </summary>
    /// <returns>Whether the system has taken it; it is none the worse when it has not.</returns>
    public static bool TryShorten()
    {
        if (Calls is not { } calls)
        {
            return false;
        }

        Attributes attributes = default;
        if (Call(calls.Get, 0, &attributes, (uint)sizeof(Attributes), 0) != 0 || attributes.Policy is not (Normal or Batch))
        {
            return false; // whoever gave it a policy of its own knows better
        }

        attributes.Slice = ShortestNanoseconds;
        return Call(calls.Set, 0, &attributes, 0, 0) == 0;
    }

    // syscall(2); sched_setattr takes no fourth argument and does not look at it.
    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Call(nint number, int thread, Attributes* attributes, uint third, uint fourth);

    /// <summary>struct sched_attr, in its first version.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Attributes
    {
        public uint Size;
        public uint Policy;
        public ulong Flags;
        public int Nice;
        public uint Priority;
        public ulong Slice;
        public ulong Deadline;
        public ulong Period;
    }
}
