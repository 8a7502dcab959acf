using System.Runtime.InteropServices;
using Ddmq.Config;
using Ddmq.Config.ZooKeeper.Native;
using Ddmq.Storage.Kafka.Native;
using Ddmq.Storage.RocksDb.Native;

namespace Ddmq.Cli.Doctor.Checks;

/// <summary>The native libraries that this configuration needs.</summary>
internal static class LibraryCheck
{
    private const string Name = "libraries";

    /// <summary>Looks for them.</summary>
    /// <param name="options">The configuration.</param>
    /// <param name="usesKafka">Whether there is a Kafka cluster, by the file or by ZooKeeper.</param>
    public static IReadOnlyList<CheckResult> Run(CarreraOptions options, bool usesKafka) => Run(
        [
            (RocksDbLibrary.Name, RocksDbLibrary.DebianPackage),
            .. usesKafka ? [(LibrdKafka.LibraryFile, LibrdKafka.DebianPackage)] : Array.Empty<(string, string)>(),
            .. options.UsesZooKeeper ? [(ZooKeeperLibrary.Name, ZooKeeperLibrary.DebianPackage)] : Array.Empty<(string, string)>(),
        ],
        library => NativeLibrary.TryLoad(library, typeof(LibraryCheck).Assembly, null, out _));

    internal static IReadOnlyList<CheckResult> Run(IReadOnlyList<(string Library, string Package)> needed, Func<string, bool> isThere)
    {
        (string Library, string Package)[] missing = [.. needed.Where(each => !isThere(each.Library))];
        return missing.Length == 0
            ? [CheckResult.Ok(Name, string.Join(", ", needed.Select(each => each.Library)))]
            : [.. missing.Select(each => CheckResult.Fail(
                Name, $"{each.Library} is missing", $"as root: ./control.sh packages, or apt-get install -y {each.Package}"))];
    }
}
