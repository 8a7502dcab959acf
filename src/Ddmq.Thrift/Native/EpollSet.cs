using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Ddmq.Thrift.Native;

/// <summary>
/// A set of descriptors watched by epoll, each with a token of the caller's. One thread waits; what is watched can be changed by any, and who comes when it
/// is disposed of gets an <see cref="ObjectDisposedException"/>: its number may be another's by then.
/// </summary>
internal sealed unsafe class EpollSet : IDisposable
{
    private const int MaxEvents = 256;
    private const int LargestEventBytes = 16;

    // So pinned that epoll can write to it without a fixed statement around every wait.
    private readonly byte[] _events = GC.AllocateArray<byte>(MaxEvents * LargestEventBytes, pinned: true);
    private readonly SafeFileHandle _owned;
    private readonly int _epoll;

    /// <exception cref="Win32Exception">The process has no descriptor left.</exception>
    public EpollSet()
    {
        _epoll = Check(Libc.EpollCreate(Libc.CloseOnExec), "epoll_create1");
        _owned = new SafeFileHandle(_epoll, ownsHandle: true);
    }

    /// <summary>Reports an event once when it happens, not for as long as it lasts.</summary>
    public const int EdgeTriggered = unchecked((int)0x8000_0000);

    /// <summary>The set's own descriptor: readable while something in the set has happened, so that one set can be watched in another.</summary>
    public int Descriptor => _epoll;

    /// <summary>Watches a descriptor. A closed one leaves the set by itself.</summary>
    public void Add(int descriptor, int interest, long token) => Control(Libc.EpollCtlAdd, descriptor, interest, token);

    /// <summary>Changes what is watched for.</summary>
    public void Change(int descriptor, int interest, long token) => Control(Libc.EpollCtlMod, descriptor, interest, token);

    /// <summary>Watches a descriptor no more.</summary>
    public void Remove(int descriptor) => Control(Libc.EpollCtlDel, descriptor, 0, 0);

    /// <summary>Watches a descriptor no more, if it does: it may be closed already.</summary>
    public void Forget(int descriptor)
    {
        byte* none = stackalloc byte[LargestEventBytes];
        _ = Libc.EpollCtl(_owned, Libc.EpollCtlDel, descriptor, none);
    }

    /// <summary>Waits for events. Those that find no room come first the next time.</summary>
    /// <returns>How many there are; 0 when the time is up.</returns>
    public int Wait(int timeoutMs, int most = MaxEvents) => Math.Max(0, Libc.EpollWait(_epoll, First, most, timeoutMs));

    /// <summary>One of the events of the last wait.</summary>
    public (int Events, long Token) Event(int index)
    {
        byte* one = First + (index * Libc.EpollEventSize);
        return (*(int*)one, *(long*)(one + Libc.EpollDataOffset));
    }

    /// <inheritdoc/>
    public void Dispose() => _owned.Dispose();

    private byte* First => (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_events, 0);

    private void Control(int operation, int descriptor, int interest, long token)
    {
        byte* one = stackalloc byte[LargestEventBytes];
        *(int*)one = interest;
        *(long*)(one + Libc.EpollDataOffset) = token;
        Check(Libc.EpollCtl(_owned, operation, descriptor, one), "epoll_ctl");
    }

    private static int Check(int result, string call) =>
        result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{call}: {Marshal.GetLastPInvokeErrorMessage()}");
}
