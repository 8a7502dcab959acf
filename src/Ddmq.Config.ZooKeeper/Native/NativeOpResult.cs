using System.Runtime.InteropServices;

namespace Ddmq.Config.ZooKeeper.Native;

/// <summary><c>zoo_op_result_t</c>. The client writes it when the answer comes, so it must stay where it is until then.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeOpResult
{
    public int Error;
    public byte* Value;
    public int ValueLength;
    public NativeStat* Stat;
}
