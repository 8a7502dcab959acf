using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Ddmq.Config.ZooKeeper.Native;

/// <summary>What .NET cannot do with a directory.</summary>
internal static partial class Libc
{
    private const int ReadOnlyCloseOnExec = 0x80000;

    /// <summary>Makes a directory's entries durable: a renamed file can be gone after a power failure otherwise.</summary>
    /// <exception cref="IOException">The system refuses.</exception>
    public static void SyncDirectory(string path)
    {
        int descriptor = Open(path, ReadOnlyCloseOnExec);
        if (descriptor < 0)
        {
            throw Failure(path);
        }

        try
        {
            if (Sync(descriptor) != 0)
            {
                throw Failure(path);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Failure(string path) => new($"Cannot make the directory {path} durable: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
