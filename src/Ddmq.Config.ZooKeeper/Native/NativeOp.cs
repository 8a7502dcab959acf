using System.Runtime.InteropServices;

namespace Ddmq.Config.ZooKeeper.Native;

/// <summary><c>zoo_op_t</c>, 72 bytes on 64-bit systems: filled by the client's own <c>zoo_*_op_init</c>, so its inside stays closed.</summary>
[StructLayout(LayoutKind.Sequential, Size = 72)]
internal struct NativeOp
{
    public long Type;
}
