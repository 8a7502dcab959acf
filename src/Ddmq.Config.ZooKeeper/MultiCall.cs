using System.Runtime.InteropServices;
using Ddmq.Config.ZooKeeper.Native;

namespace Ddmq.Config.ZooKeeper;

/// <summary>A multi that is under way. Owns the memory the client writes the parts' outcomes to, until it is completed.</summary>
internal sealed unsafe class MultiCall : PendingCall
{
    private readonly TaskCompletionSource<MultiResult> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _count;

    public MultiCall(ZooKeeperSession owner, int count)
        : base(owner)
    {
        _count = count;
        Results = (NativeOpResult*)NativeMemory.AllocZeroed((nuint)count, (nuint)sizeof(NativeOpResult));
    }

    /// <summary>Never fails.</summary>
    public Task<MultiResult> Task => _source.Task;

    public NativeOpResult* Results { get; private set; }

    /// <summary>Hands the writes to the client, which copies them; all but <paramref name="results"/>.</summary>
    public static int Start(ZooKeeperHandle handle, IReadOnlyList<NodeWrite> writes, NativeOpResult* results, nint data)
    {
        var operations = (NativeOp*)NativeMemory.AllocZeroed((nuint)writes.Count, (nuint)sizeof(NativeOp));
        var pins = new List<System.Buffers.MemoryHandle>();
        var paths = new List<nint>();
        using var open = new AccessList(NodeAcl.Open);
        using var creator = new AccessList(NodeAcl.Creator);
        try
        {
            for (int i = 0; i < writes.Count; i++)
            {
                NodeWrite write = writes[i];
                paths.Add(Marshal.StringToCoTaskMemUTF8(write.Path));
                pins.Add(write.Bytes.Pin());
                Init(operations + i, write, (byte*)paths[i], (byte*)pins[i].Pointer, write.Acl == NodeAcl.Creator ? creator.Vector : open.Vector);
            }

            return ZooKeeperNative.Multi(handle, writes.Count, operations, results, &NativeCallbacks.OnVoid, data);
        }
        finally
        {
            pins.ForEach(pin => pin.Dispose());
            paths.ForEach(Marshal.FreeCoTaskMem);
            NativeMemory.Free(operations);
        }
    }

    public override void Complete(ZooKeeperError error)
    {
        var parts = new ZooKeeperError[error.IsTransient() ? 0 : _count];
        for (int i = 0; i < parts.Length; i++)
        {
            parts[i] = (ZooKeeperError)Results[i].Error;
        }

        // Not before: whoever completes a call knows that the client is done with it.
        NativeMemory.Free(Results);
        Results = null;
        _source.SetResult(new MultiResult(error, parts));
    }

    private static void Init(NativeOp* operation, NodeWrite write, byte* path, byte* value, NativeAclVector* acl)
    {
        switch (write.Kind)
        {
            case NodeWriteKind.Create:
                ZooKeeperNative.InitCreate(operation, path, value, write.Bytes.Length, acl, ZooKeeperNative.PersistentMode, null, 0);
                break;
            case NodeWriteKind.Set:
                ZooKeeperNative.InitSet(operation, path, value, write.Bytes.Length, write.Version, null);
                break;
            case NodeWriteKind.Delete:
                ZooKeeperNative.InitDelete(operation, path, write.Version);
                break;
            default:
                ZooKeeperNative.InitCheck(operation, path, write.Version);
                break;
        }
    }
}
