using Microsoft.Win32.SafeHandles;

namespace Ddmq.Storage.RocksDb.Native;

/// <summary>Owns a <c>rocksdb_iterator_t</c>. To be disposed before its database: whoever opens one holds the database open.</summary>
internal sealed class IteratorHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        RocksDbNative.IteratorDestroy(handle);
        return true;
    }
}
