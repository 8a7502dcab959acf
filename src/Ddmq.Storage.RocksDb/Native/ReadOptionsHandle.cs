using Microsoft.Win32.SafeHandles;

namespace Ddmq.Storage.RocksDb.Native;

/// <summary>Owns a <c>rocksdb_readoptions_t</c>.</summary>
internal sealed class ReadOptionsHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        RocksDbNative.ReadOptionsDestroy(handle);
        return true;
    }
}
