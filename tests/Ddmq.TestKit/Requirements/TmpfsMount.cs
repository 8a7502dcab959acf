using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Ddmq.TestKit.Requirements;

/// <summary>
/// A small disk of its own in memory, unmounted and removed at the end. Needs the right to mount; see
/// <see cref="RequiresMountFactAttribute"/>.
/// </summary>
public sealed partial class TmpfsMount : IDisposable
{
    // MNT_DETACH: also when a file on it is still open, as after a failed test.
    private const int Detach = 2;

    /// <summary>Mounts a disk of that many bytes.</summary>
    /// <exception cref="Win32Exception">The system does not let us.</exception>
    public TmpfsMount(long bytes)
    {
        Path = Directory.CreateTempSubdirectory("ddmq-disk-").FullName;
        if (Mount("tmpfs", Path, "tmpfs", 0, $"size={bytes}") != 0)
        {
            var error = new Win32Exception(Marshal.GetLastPInvokeError());
            Directory.Delete(Path);
            throw error;
        }
    }

    /// <summary>Where it is mounted.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Unmount(Path, Detach) == 0)
        {
            Directory.Delete(Path);
        }
    }

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string type, nuint flags, string data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target, int flags);
}
