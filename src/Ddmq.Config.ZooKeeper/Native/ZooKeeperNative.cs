using System.Runtime.InteropServices;

namespace Ddmq.Config.ZooKeeper.Native;

/// <summary>
/// The functions of Apache's C client 3.8 that a session uses, one import each and nothing else. Conventions of that API: calls
/// that begin with <c>zoo_a</c> copy their arguments, return 0 or an error at once, and when they returned 0 the completion is
/// called later with the same <c>data</c>, on the client's own thread. Paths are relative to the chroot, both ways.
/// </summary>
internal static unsafe partial class ZooKeeperNative
{
    /// <summary><c>ZOO_EXPIRED_SESSION_STATE</c>.</summary>
    public const int StateExpired = -112;

    /// <summary><c>ZOO_AUTH_FAILED_STATE</c>.</summary>
    public const int StateAuthFailed = -113;

    /// <summary><c>ZOO_CONNECTED_STATE</c>.</summary>
    public const int StateConnected = 3;

    /// <summary><c>ZOO_SESSION_EVENT</c>: the type of an event about the session rather than a node.</summary>
    public const int SessionEvent = -1;

    /// <summary><c>ZOO_NO_LOG_CLIENTENV</c>.</summary>
    public const int NoEnvironmentLog = 2;

    /// <summary><c>ZOO_PERSISTENT</c>.</summary>
    public const int PersistentMode = 0;

    [LibraryImport(ZooKeeperLibrary.Name, EntryPoint = "zookeeper_init2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial ZooKeeperHandle Init(
        string hosts, delegate* unmanaged[Cdecl]<nint, int, int, byte*, nint, void> watcher, int receiveTimeoutMs, void* clientId, nint context,
        int flags, delegate* unmanaged[Cdecl]<byte*, void> log);

    [LibraryImport(ZooKeeperLibrary.Name, EntryPoint = "zookeeper_close")]
    public static partial int Close(nint handle);

    [LibraryImport(ZooKeeperLibrary.Name, EntryPoint = "zoo_set_servers_resolution_delay")]
    public static partial int SetResolutionDelay(ZooKeeperHandle handle, int milliseconds);

    [LibraryImport(ZooKeeperLibrary.Name, EntryPoint = "zoo_recv_timeout")]
    public static partial int ReceiveTimeout(ZooKeeperHandle handle);

    [LibraryImport(ZooKeeperLibrary.Name, EntryPoint = "zoo_set_debug_level")]
    public static partial void SetDebugLevel(int level);

    [LibraryImport(ZooKeeperLibrary.Name, EntryPoint = "zoo_aget", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Get(
        ZooKeeperHandle handle, string path, int watch, delegate* unmanaged[Cdecl]<int, byte*, int, NativeStat*, nint, void> completion, nint data);

    [LibraryImport(ZooKeeperLibrary.Name, EntryPoint = "zoo_aexists", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Exists(
        ZooKeeperHandle handle, string path, int watch, delegate* unmanaged[Cdecl]<int, NativeStat*, nint, void> completion, nint data);

    [LibraryImport(ZooKeeperLibrary.Name, EntryPoint = "zoo_aget_children", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int GetChildren(
        ZooKeeperHandle handle, string path, int watch, delegate* unmanaged[Cdecl]<int, NativeStringVector*, nint, void> completion, nint data);

    [LibraryImport(ZooKeeperLibrary.Name, EntryPoint = "zoo_acreate", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Create(
        ZooKeeperHandle handle, string path, byte* value, int length, NativeAclVector* acl, int mode,
        delegate* unmanaged[Cdecl]<int, byte*, nint, void> completion, nint data);

    [LibraryImport(ZooKeeperLibrary.Name, EntryPoint = "zoo_aset", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Set(
        ZooKeeperHandle handle, string path, byte* value, int length, int version,
        delegate* unmanaged[Cdecl]<int, NativeStat*, nint, void> completion, nint data);

    [LibraryImport(ZooKeeperLibrary.Name, EntryPoint = "zoo_adelete", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Delete(
        ZooKeeperHandle handle, string path, int version, delegate* unmanaged[Cdecl]<int, nint, void> completion, nint data);

    [LibraryImport(ZooKeeperLibrary.Name, EntryPoint = "zoo_add_auth", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int AddAuth(
        ZooKeeperHandle handle, string scheme, byte* credentials, int length, delegate* unmanaged[Cdecl]<int, nint, void> completion, nint data);

    [LibraryImport(ZooKeeperLibrary.Name, EntryPoint = "zoo_amulti")]
    public static partial int Multi(
        ZooKeeperHandle handle, int count, NativeOp* ops, NativeOpResult* results, delegate* unmanaged[Cdecl]<int, nint, void> completion, nint data);

    [LibraryImport(ZooKeeperLibrary.Name, EntryPoint = "zoo_create_op_init")]
    public static partial void InitCreate(
        NativeOp* op, byte* path, byte* value, int length, NativeAclVector* acl, int mode, byte* pathBuffer, int pathBufferLength);

    [LibraryImport(ZooKeeperLibrary.Name, EntryPoint = "zoo_set_op_init")]
    public static partial void InitSet(NativeOp* op, byte* path, byte* value, int length, int version, NativeStat* stat);

    [LibraryImport(ZooKeeperLibrary.Name, EntryPoint = "zoo_delete_op_init")]
    public static partial void InitDelete(NativeOp* op, byte* path, int version);

    [LibraryImport(ZooKeeperLibrary.Name, EntryPoint = "zoo_check_op_init")]
    public static partial void InitCheck(NativeOp* op, byte* path, int version);
}
