using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Ddmq.Benchmarks;

/// <summary>The system call behind every durable acknowledgement; .NET only offers the dearer fsync.</summary>
internal static partial class DataSync
{
    /// <summary>0 when the file's data is on the disk.</summary>
    [LibraryImport("libc", EntryPoint = "fdatasync")]
    public static partial int FDataSync(SafeFileHandle file);
}
