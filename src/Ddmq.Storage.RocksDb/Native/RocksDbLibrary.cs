using System.Runtime.InteropServices;

namespace Ddmq.Storage.RocksDb.Native;

/// <summary>The one place that knows which native library this adapter needs and where it comes from.</summary>
internal static class RocksDbLibrary
{
    /// <summary>
    /// The name every import uses. It carries the version because RocksDB's C API promises no stable ABI across versions.
    /// </summary>
    public const string Name = "librocksdb.so.7.8";

    /// <summary>The Debian package that has it.</summary>
    public const string DebianPackage = "librocksdb7.8";

    /// <summary>Throws <see cref="RocksDbStoreException"/> with the remedy when the library cannot be loaded.</summary>
    public static void EnsureLoaded() => EnsureLoaded(Name);

    internal static void EnsureLoaded(string name)
    {
        // The handle is kept on purpose: the imports find the library already loaded.
        if (!NativeLibrary.TryLoad(name, typeof(RocksDbLibrary).Assembly, null, out _))
        {
            throw new RocksDbStoreException(
                $"The native library {name} cannot be loaded. It is part of the Debian package {DebianPackage}; " +
                $"install it with: apt-get install -y {DebianPackage}");
        }
    }
}
