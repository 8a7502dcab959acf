using System.Runtime.InteropServices;

namespace Ddmq.Config.ZooKeeper.Native;

/// <summary><c>struct ACL_vector</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeAclVector
{
    public int Count;
    public NativeAcl* Data;
}
