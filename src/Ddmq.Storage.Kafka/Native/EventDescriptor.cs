using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Ddmq.Storage.Kafka.Native;

/// <summary>An eventfd of Linux: a descriptor that is readable once something was written to it, until it is emptied. Thread-safe but for its end.</summary>
internal sealed unsafe partial class EventDescriptor : IDisposable
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

    /// <summary>The descriptor.</summary>
    public int Descriptor { get; }

    /// <summary>Makes one; null when the process has no descriptor left.</summary>
    public static EventDescriptor? TryCreate() =>
        Create(0, CloseOnExec | NonBlock) is var descriptor and >= 0 ? new EventDescriptor(descriptor) : null;

    /// <summary>Makes it readable.</summary>
    public void Set()
    {
        ulong one = 1;
        _ = Write(Descriptor, &one, sizeof(ulong));
    }

    /// <summary>Empties it.</summary>
    public void Reset()
    {
        ulong drained;
        _ = Read(Descriptor, &drained, sizeof(ulong));
    }

    /// <inheritdoc/>
    public void Dispose() => _owned.Dispose();

    [LibraryImport(Library, EntryPoint = "eventfd")]
    private static partial int Create(uint initial, int flags);

    [LibraryImport(Library, EntryPoint = "read")]
    private static partial nint Read(int descriptor, ulong* value, nint length);

    [LibraryImport(Library, EntryPoint = "write")]
    private static partial nint Write(int descriptor, ulong* value, nint length);
}
