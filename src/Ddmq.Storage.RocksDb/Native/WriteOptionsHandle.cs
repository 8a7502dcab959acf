using Microsoft.Win32.SafeHandles;

namespace Ddmq.Storage.RocksDb.Native;

/// <summary>Owns a <c>rocksdb_writeoptions_t</c>.</summary>
internal sealed class WriteOptionsHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        RocksDbNative.WriteOptionsDestroy(handle);
        return true;
    }
}
