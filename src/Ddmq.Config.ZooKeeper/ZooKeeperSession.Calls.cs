using Ddmq.Config.ZooKeeper.Native;

namespace Ddmq.Config.ZooKeeper;

/// <summary>The calls. Each hands its arguments, which are copied, to the client and returns at once.</summary>
public sealed unsafe partial class ZooKeeperSession
{
    // Starts one call: 0, or why it was not started. Pointers cannot be captured, hence a delegate per kind of call.
    private delegate int Start(ZooKeeperHandle handle, nint data);

    /// <summary>
    /// Reads a node, and with <paramref name="watch"/> asks to be told when it changes or is deleted. No watch is set when it ends
    /// with an error, <see cref="ZooKeeperError.NoNode"/> included: <see cref="ExistsAsync"/> watches for its creation.
    /// </summary>
    public Task<ZooKeeperResult<NodeData>> GetAsync(string path, bool watch = false) =>
        Call<NodeData>(path, (handle, data) => ZooKeeperNative.Get(handle, path, watch ? 1 : 0, &NativeCallbacks.OnData, data));

    /// <summary>
    /// Whether a node exists (<see cref="ZooKeeperError.NoNode"/> when not), and with <paramref name="watch"/> asks to be told when it is
    /// created, changes or is deleted. Needs no permission to read the node.
    /// </summary>
    public Task<ZooKeeperResult<NodeStat>> ExistsAsync(string path, bool watch = false) =>
        Call<NodeStat>(path, (handle, data) => ZooKeeperNative.Exists(handle, path, watch ? 1 : 0, &NativeCallbacks.OnStat, data));

    /// <summary>The names of a node's children, in no order.</summary>
    public Task<ZooKeeperResult<IReadOnlyList<string>>> GetChildrenAsync(string path, bool watch = false) =>
        Call<IReadOnlyList<string>>(path, (handle, data) => ZooKeeperNative.GetChildren(handle, path, watch ? 1 : 0, &NativeCallbacks.OnStrings, data));

    /// <summary>Creates a persistent node, whose parent must exist, and returns its path.</summary>
    public Task<ZooKeeperResult<string>> CreateAsync(string path, ReadOnlyMemory<byte> bytes, NodeAcl acl = NodeAcl.Open) =>
        Call<string>(path, (handle, data) =>
        {
            using var access = new AccessList(acl);
            fixed (byte* value = bytes.Span)
            {
                return ZooKeeperNative.Create(
                    handle, path, value, bytes.Length, access.Vector, ZooKeeperNative.PersistentMode, &NativeCallbacks.OnString, data);
            }
        });

    /// <summary>Sets a node's data if it still has <paramref name="version"/>; otherwise <see cref="ZooKeeperError.BadVersion"/>.</summary>
    /// <param name="path">The node, which must exist.</param>
    /// <param name="bytes">The new data.</param>
    /// <param name="version">The version that was read, or <see cref="AnyVersion"/>.</param>
    public Task<ZooKeeperResult<NodeStat>> SetAsync(string path, ReadOnlyMemory<byte> bytes, int version) =>
        Call<NodeStat>(path, (handle, data) =>
        {
            fixed (byte* value = bytes.Span)
            {
                return ZooKeeperNative.Set(handle, path, value, bytes.Length, version, &NativeCallbacks.OnStat, data);
            }
        });

    /// <summary>Deletes a node without children if it still has <paramref name="version"/> (or <see cref="AnyVersion"/>).</summary>
    public Task<ZooKeeperError> DeleteAsync(string path, int version) =>
        ErrorOf(Call<bool>(path, (handle, data) => ZooKeeperNative.Delete(handle, path, version, &NativeCallbacks.OnVoid, data)));

    /// <summary>
    /// Adds credentials to the session; later calls come with them, after a lost connection too. For scheme <c>digest</c> they are
    /// <c>user:password</c>. Call it when connected: before, it may end with <see cref="ZooKeeperError.InvalidState"/>.
    /// </summary>
    public Task<ZooKeeperError> AddAuthAsync(string scheme, ReadOnlyMemory<byte> credentials) =>
        ErrorOf(Call<bool>("/", (handle, data) =>
        {
            fixed (byte* bytes = credentials.Span)
            {
                return ZooKeeperNative.AddAuth(handle, scheme, bytes, credentials.Length, &NativeCallbacks.OnVoid, data);
            }
        }));

    /// <summary>Does all of it or nothing. Throws when <paramref name="writes"/> is empty.</summary>
    public Task<MultiResult> MultiAsync(IReadOnlyList<NodeWrite> writes)
    {
        ArgumentOutOfRangeException.ThrowIfZero(writes.Count);
        var call = new MultiCall(this, writes.Count);
        bool valid = writes.All(write => NodePath.IsValid(write.Path));
        StartCall(call, valid ? (handle, data) => MultiCall.Start(handle, writes, call.Results, data) : (_, _) => (int)ZooKeeperError.BadArguments);
        return call.Task;
    }

    private Task<ZooKeeperResult<T>> Call<T>(string path, Start start)
    {
        var call = new PendingCall<T>(this);
        StartCall(call, NodePath.IsValid(path) ? start : (_, _) => (int)ZooKeeperError.BadArguments);
        return call.Task;
    }

    private void StartCall(PendingCall call, Start start)
    {
        nint id = PendingCall.Add(call);
        ZooKeeperError error;
        lock (_gate)
        {
            error = _disposal is null ? (ZooKeeperError)start(_handle, id) : ZooKeeperError.Closing;
        }

        if (error != ZooKeeperError.Ok)
        {
            PendingCall.Take(id)?.Complete(error);
        }
    }
}
