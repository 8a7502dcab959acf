using System.Runtime.InteropServices;

namespace Ddmq.Config.ZooKeeper.Native;

/// <summary><c>struct ACL</c> with its <c>struct Id</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeAcl
{
    /// <summary><c>ZOO_PERM_ALL</c>: read, write, create, delete, admin.</summary>
    public const int AllPermissions = 0x1f;

    public int Permissions;
    public byte* Scheme;
    public byte* Id;
}
