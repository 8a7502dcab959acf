using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Ddmq.Cli.Native;

/// <summary>fdatasync: what a message waits for until it is acknowledged.</summary>
internal static partial class DataSync
{
    /// <summary>Returns when everything written to the file is on its disk.</summary>
    /// <exception cref="Win32Exception">The disk refuses.</exception>
    public static void Flush(SafeFileHandle file)
    {
        if (Call(file) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "fdatasync failed");
        }
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int Call(SafeFileHandle file);
}
