using System.Runtime.InteropServices;

namespace Ddmq.Cli.Native;

/// <summary>What the kernel knows of its clock.</summary>
internal static unsafe partial class SystemClock
{
    private const int Unsynchronised = 0x40;

    /// <summary>Whether a time service keeps the clock right; null when the kernel does not tell.</summary>
    public static bool? IsSynchronised()
    {
        Timex state = default;
        return Adjust(&state) < 0 ? null : (state.Status & Unsynchronised) == 0;
    }

    // With no mode bit set it only reads.
    [LibraryImport("libc", EntryPoint = "adjtimex", SetLastError = true)]
    private static partial int Adjust(Timex* state);

    /// <summary>struct timex of adjtimex(2), 208 bytes on 64-bit machines; only the status is of interest.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 208)]
    private struct Timex
    {
        public int Modes;
        public nint Offset;
        public nint Frequency;
        public nint MaxError;
        public nint EstimatedError;
        public int Status;
    }
}
