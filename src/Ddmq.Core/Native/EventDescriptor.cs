using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Ddmq.Core.Native;

/// <summary>
/// An eventfd of Linux (eventfd(2)): a descriptor that is readable once it has been set, until it is emptied. Its own thread can wait for it, or one that
/// watches many. Thread-safe; setting it after its end does nothing.
/// </summary>
public sealed unsafe partial class EventDescriptor : IDisposable
{
    private const int CloseOnExec = 0x80000;
    private const int NonBlock = 0x800;
    private const string Library = "libc";

    private readonly SafeFileHandle _owned;

    private EventDescriptor(int descriptor)
    {
        Descriptor = descriptor;
        _owned = new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>The descriptor; closed with this.</summary>
    public int Descriptor { get; }

    /// <summary>Makes one to be watched, whose <see cref="Reset"/> returns at once; null when the process has no descriptor left.</summary>
    public static EventDescriptor? TryCreateWatched() => TryCreate(CloseOnExec | NonBlock);

    /// <summary>Makes one whose <see cref="Reset"/> waits until it is set; null when the process has no descriptor left.</summary>
    public static EventDescriptor? TryCreateWaiting() => TryCreate(CloseOnExec);

    /// <summary>Makes it readable.</summary>
    public void Set()
    {
        ulong one = 1;
        try
        {
            // By its owner: the number may be another file's by now, if this has just ended.
            _ = Write(_owned, &one, sizeof(ulong));
        }
        catch (ObjectDisposedException)
        {
            // Nobody waits.
        }
    }

    /// <summary>Empties it; may come back early where it waits.</summary>
    public void Reset()
    {
        ulong drained;
        _ = Read(_owned, &drained, sizeof(ulong));
    }

    /// <inheritdoc/>
    public void Dispose() => _owned.Dispose();

    private static EventDescriptor? TryCreate(int flags) => Create(0, flags) is var descriptor and >= 0 ? new EventDescriptor(descriptor) : null;

    [LibraryImport(Library, EntryPoint = "eventfd")]
    private static partial int Create(uint initial, int flags);

    [LibraryImport(Library, EntryPoint = "read")]
    private static partial nint Read(SafeFileHandle descriptor, ulong* value, nint length);

    [LibraryImport(Library, EntryPoint = "write")]
    private static partial nint Write(SafeFileHandle descriptor, ulong* value, nint length);
}
