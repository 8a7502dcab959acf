using Microsoft.Win32.SafeHandles;

namespace Ddmq.Storage.RocksDb.Native;

/// <summary>Owns a <c>rocksdb_cache_t</c>.</summary>
internal sealed class CacheHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        RocksDbNative.CacheDestroy(handle);
        return true;
    }
}
