using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Ddmq.Storage.Kafka.Native;

/// <summary>
/// Points Confluent.Kafka at the system's librdkafka. The package looks for a library of its own beside it, which this product does not
/// ship; its P/Invokes name <c>librdkafka</c> and <c>libdl.so.2</c> in several spellings.
/// </summary>
internal static class LibrdKafka
{
    /// <summary>The library.</summary>
    public const string LibraryFile = "librdkafka.so.1";

    /// <summary>The Debian package that has it.</summary>
    public const string DebianPackage = "librdkafka1";

    private const string Loader = "libdl.so.2";

    // A second resolver for one assembly is an exception, hence once for the process.
    private static readonly Lazy<bool> Resolver = new(SetResolver);

    /// <summary>Why Confluent.Kafka cannot be used on this machine and what helps; null when it can.</summary>
    public static string? WhyMissing =>
        NativeLibrary.TryLoad(LibraryFile, out _) ? null : $"needs {LibraryFile} (as root: apt-get install {DebianPackage})";

    /// <summary>
    /// To be called before the first use of anything of Confluent.Kafka; further calls do nothing. Thread-safe. Loads nothing yet: a
    /// library that is missing shows as <see cref="DllNotFoundException"/> on that first use.
    /// </summary>
    public static void Use() => _ = Resolver.Value;

    private static bool SetResolver()
    {
        NativeLibrary.SetDllImportResolver(typeof(Library).Assembly, Resolve);
        return true;
    }

    // Zero leaves a name to the runtime's own search.
    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        name.StartsWith("librdkafka", StringComparison.Ordinal) ? NativeLibrary.Load(LibraryFile)
        : name.StartsWith("libdl", StringComparison.Ordinal) ? NativeLibrary.Load(Loader)
        : IntPtr.Zero;
}
