using System.Runtime.InteropServices;

namespace Ddmq.Config.ZooKeeper.Native;

/// <summary>An access control list with one entry, in the C client's form, for the length of one call.</summary>
internal readonly unsafe ref struct AccessList
{
    private readonly byte* _scheme;
    private readonly byte* _id;
    private readonly NativeAcl* _entry;

    public AccessList(NodeAcl acl)
    {
        (string scheme, string id) = acl == NodeAcl.Creator ? ("auth", "") : ("world", "anyone");
        _scheme = (byte*)Marshal.StringToCoTaskMemUTF8(scheme);
        _id = (byte*)Marshal.StringToCoTaskMemUTF8(id);
        _entry = (NativeAcl*)NativeMemory.Alloc((nuint)sizeof(NativeAcl));
        *_entry = new NativeAcl { Permissions = NativeAcl.AllPermissions, Scheme = _scheme, Id = _id };
        Vector = (NativeAclVector*)NativeMemory.Alloc((nuint)sizeof(NativeAclVector));
        *Vector = new NativeAclVector { Count = 1, Data = _entry };
    }

    public NativeAclVector* Vector { get; }

    public void Dispose()
    {
        NativeMemory.Free(Vector);
        NativeMemory.Free(_entry);
        Marshal.FreeCoTaskMem((nint)_id);
        Marshal.FreeCoTaskMem((nint)_scheme);
    }
}
