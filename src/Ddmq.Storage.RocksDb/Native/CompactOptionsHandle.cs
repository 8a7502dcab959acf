using Microsoft.Win32.SafeHandles;

namespace Ddmq.Storage.RocksDb.Native;

/// <summary>Owns a <c>rocksdb_compactoptions_t</c>.</summary>
internal sealed class CompactOptionsHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        RocksDbNative.CompactOptionsDestroy(handle);
        return true;
    }
}
