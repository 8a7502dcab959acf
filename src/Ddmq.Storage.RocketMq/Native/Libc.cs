using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Ddmq.Storage.RocketMq.Native;

/// <summary>
/// The socket calls of a broker connection, as Linux has them. The framework's sockets cannot say "do not wait" for one send on a socket
/// that another thread reads blocking, and an asynchronous connect would leave the descriptor in the framework's epoll set, whose thread
/// then wakes for every reply. No policy: callers read <c>errno</c> themselves. The handles keep a descriptor open while it is in use.
/// </summary>
internal static unsafe partial class Libc
{
    public const int SockStream = 1;
    public const int CloseOnExec = 0x80000;
    public const int NonBlock = 0x800;
    public const int GetFlags = 3;
    public const int SetFlags = 4;
    public const int MsgDontWait = 0x40;
    public const int MsgNoSignal = 0x4000;
    public const int ShutdownBoth = 2;
    public const int SolSocket = 1;
    public const int SoError = 4;
    public const int SoKeepAlive = 9;
    public const int SolTcp = 6;
    public const int TcpNoDelay = 1;
    public const int AfInet = 2;
    public const int AfInet6 = 10;
    public const short PollOut = 4;

    public const int EIntr = 4;
    public const int EAgain = 11;
    public const int EInProgress = 115;

    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int family, int type, int protocol);

    [LibraryImport(Library, EntryPoint = "connect", SetLastError = true)]
    public static partial int Connect(SafeSocketHandle socket, byte* address, int length);

    [LibraryImport(Library, EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollDescriptor* descriptors, nuint count, int timeoutMs);

    [LibraryImport(Library, EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Control(SafeSocketHandle socket, int command, int argument);

    [LibraryImport(Library, EntryPoint = "getsockopt", SetLastError = true)]
    public static partial int GetOption(SafeSocketHandle socket, int level, int name, int* value, int* length);

    [LibraryImport(Library, EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetOption(SafeSocketHandle socket, int level, int name, int* value, int length);

    [LibraryImport(Library, EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(SafeSocketHandle socket, byte* buffer, nint length, int flags);

    [LibraryImport(Library, EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(SafeSocketHandle socket, byte* buffer, nint length, int flags);

    [LibraryImport(Library, EntryPoint = "shutdown", SetLastError = true)]
    public static partial int Shutdown(SafeSocketHandle socket, int how);
}
