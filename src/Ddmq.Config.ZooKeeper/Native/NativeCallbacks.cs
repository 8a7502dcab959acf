using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ddmq.Config.ZooKeeper.Native;

/// <summary>
/// What the C client calls, on its own threads. Nothing here may throw or wait: a completion only takes its call out of
/// <see cref="PendingCall"/>'s table and completes it (what waits for it goes on elsewhere), and numbers the table does not know are
/// passed over. So a call completes once, however often and however late the client reports.
/// </summary>
internal static unsafe class NativeCallbacks
{
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void OnVoid(int error, nint data) => PendingCall.Take(data)?.Complete((ZooKeeperError)error);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void OnStat(int error, NativeStat* stat, nint data)
    {
        if (PendingCall.Take(data) is PendingCall<NodeStat> call)
        {
            call.Complete((ZooKeeperError)error, error == 0 ? ToNodeStat(stat) : default);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void OnData(int error, byte* value, int length, NativeStat* stat, nint data)
    {
        if (PendingCall.Take(data) is PendingCall<NodeData> call)
        {
            // A node without data has the length -1.
            call.Complete(
                (ZooKeeperError)error,
                error == 0 ? new NodeData(new ReadOnlySpan<byte>(value, Math.Max(0, length)).ToArray(), ToNodeStat(stat)) : default);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void OnString(int error, byte* value, nint data)
    {
        if (PendingCall.Take(data) is PendingCall<string> call)
        {
            call.Complete((ZooKeeperError)error, error == 0 ? Text(value) : "");
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void OnStrings(int error, NativeStringVector* strings, nint data)
    {
        if (PendingCall.Take(data) is PendingCall<IReadOnlyList<string>> call)
        {
            call.Complete((ZooKeeperError)error, error == 0 ? ToStrings(strings) : []);
        }
    }

    /// <summary>The one watcher of a session; its context is the session's number.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void OnEvent(nint handle, int type, int state, byte* path, nint context)
    {
        if (ZooKeeperSession.Find(context) is not { } session)
        {
            return;
        }

        if (type == ZooKeeperNative.SessionEvent)
        {
            session.OnState(state);
        }
        else
        {
            session.OnNode((NodeEventKind)type, Text(path));
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void OnLog(byte* message) => NativeLog.Write(new ReadOnlySpan<byte>(message, Length(message)));

    private static NodeStat ToNodeStat(NativeStat* stat) => new(
        stat->Version,
        stat->Mzxid,
        stat->Czxid,
        stat->Mtime,
        stat->Ctime,
        stat->DataLength,
        stat->NumChildren,
        stat->Aversion);

    private static string[] ToStrings(NativeStringVector* strings)
    {
        var texts = new string[strings->Count];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = Text(strings->Data[i]);
        }

        return texts;
    }

    private static string Text(byte* utf8) => Marshal.PtrToStringUTF8((nint)utf8) ?? "";

    private static int Length(byte* text) => MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text).Length;
}
