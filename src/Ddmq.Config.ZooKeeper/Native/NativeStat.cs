using System.Runtime.InteropServices;

namespace Ddmq.Config.ZooKeeper.Native;

/// <summary><c>struct Stat</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeStat
{
    public long Czxid;
    public long Mzxid;
    public long Ctime;
    public long Mtime;
    public int Version;
    public int Cversion;
    public int Aversion;
    public long EphemeralOwner;
    public int DataLength;
    public int NumChildren;
    public long Pzxid;
}
