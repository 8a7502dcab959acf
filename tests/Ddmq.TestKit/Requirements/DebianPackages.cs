namespace Ddmq.TestKit.Requirements;

/// <summary>
/// The Debian packages that some tests need, each with what shows that it is there: a command on the PATH, or a file,
/// whoever installed it.
/// <para>To add a package: a line here, and its name in <c>test_all</c> of build.sh.</para>
/// </summary>
public static class DebianPackages
{
    private static readonly Dictionary<string, string[]> Traces = new(StringComparer.Ordinal)
    {
        ["thrift-compiler"] = ["thrift"],
        ["python3-thrift"] = ["/usr/lib/python3/dist-packages/thrift/__init__.py"],
        ["default-jdk-headless"] = ["javac"],
        ["libthrift-java"] = ["/usr/share/java/thrift.jar"],
        ["php-cli"] = ["php"],
        ["php-thrift"] = ["/usr/lib/php/Base/TBase.php", "/usr/share/php/Thrift/Base/TBase.php"],
        ["g++"] = ["g++"],
        ["libthrift-dev"] = ["/usr/include/thrift/Thrift.h"],
        ["libboost-dev"] = ["/usr/include/boost/numeric/conversion/cast.hpp"],
    };

    private static string[] SearchPath => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);

    /// <summary>Why a test that needs the packages has to be skipped; null when they are all there.</summary>
    /// <exception cref="KeyNotFoundException">A name that the list above does not have.</exception>
    public static string? WhyMissing(IEnumerable<string> packages)
    {
        string[] missing = [.. packages.Where(package => !Traces[package].Any(IsPresent))];
        return missing.Length == 0
            ? null
            : $"needs what these Debian packages bring: {string.Join(' ', missing)} (as root: apt-get install {string.Join(' ', missing)})";
    }

    private static bool IsPresent(string trace) => trace.Contains('/', StringComparison.Ordinal)
        ? File.Exists(trace)
        : SearchPath.Any(folder => File.Exists(Path.Combine(folder, trace)));
}
