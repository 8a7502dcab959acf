using System.Runtime.InteropServices;

namespace Ddmq.Config.ZooKeeper.Native;

/// <summary>The one place that knows which native library this project needs and where it comes from.</summary>
internal static class ZooKeeperLibrary
{
    /// <summary>The name every import uses: Apache's C client, the variant with its own threads.</summary>
    public const string Name = "libzookeeper_mt.so.2";

    /// <summary>The Debian package that has it.</summary>
    public const string DebianPackage = "libzookeeper-mt2";

    /// <summary>Throws <see cref="ZooKeeperException"/> with the remedy when the library cannot be loaded.</summary>
    public static void EnsureLoaded() => EnsureLoaded(Name);

    internal static void EnsureLoaded(string name)
    {
        // The handle is kept on purpose: the imports find the library already loaded.
        if (!NativeLibrary.TryLoad(name, typeof(ZooKeeperLibrary).Assembly, null, out _))
        {
            throw new ZooKeeperException(
                $"The native library {name} cannot be loaded. It is part of the Debian package {DebianPackage}; " +
                $"install it with: apt-get install -y {DebianPackage}");
        }
    }
}
