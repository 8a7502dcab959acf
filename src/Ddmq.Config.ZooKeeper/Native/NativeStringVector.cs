using System.Runtime.InteropServices;

namespace Ddmq.Config.ZooKeeper.Native;

/// <summary><c>struct String_vector</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeStringVector
{
    public int Count;
    public byte** Data;
}
