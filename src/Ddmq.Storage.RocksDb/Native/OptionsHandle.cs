using Microsoft.Win32.SafeHandles;

namespace Ddmq.Storage.RocksDb.Native;

/// <summary>Owns a <c>rocksdb_options_t</c>.</summary>
internal sealed class OptionsHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        RocksDbNative.OptionsDestroy(handle);
        return true;
    }
}
