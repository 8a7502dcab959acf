using System.Runtime.Versioning;
using Ddmq.TestKit;
using Xunit;

namespace Ddmq.FunctionalTests.Scripts;

/// <summary>control.sh on machines that lack the library, played by commands of our own in front of the real ones.</summary>
[SupportedOSPlatform("linux")]
public sealed class NativePackageTests : IDisposable
{
    private const string AllPackages = "librocksdb7.8 librdkafka1 libzookeeper-mt2";
    private const string Libraries = "librocksdb.so.7.8 librdkafka.so.1 libzookeeper_mt.so.2";

    private static readonly string ControlScript = SourceTree.PathOf("control.sh");

    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Packages_LibraryPresent_DoesNothing()
    {
        Fake("ldconfig", $"echo '{Libraries}'");
        Fake("apt-get", "echo called >&2; exit 1");

        ScriptResult result = Packages();

        Assert.Equal(new ScriptResult(0, "", ""), result);
    }

    [Fact]
    public void Packages_MissingAsRoot_AreInstalledInOneProgressLine()
    {
        string calls = _folder["calls"];
        Fake("ldconfig", $"[ ! -f '{calls}' ] || echo '{Libraries}'");
        Fake("id", "echo 0");
        Fake("apt-get", $"echo \"$DEBIAN_FRONTEND $*\" >> '{calls}'; echo much output");

        ScriptResult result = Packages();

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.StartsWith($"Installing Debian packages: {AllPackages} (log: ", Assert.Single(Lines(result.Output)), StringComparison.Ordinal);
        string[] called = File.ReadAllLines(calls);
        Assert.Equal("noninteractive update", called[0]);
        Assert.StartsWith("noninteractive install -y --no-install-recommends ", called[1], StringComparison.Ordinal);
        Assert.EndsWith($" {AllPackages}", called[1], StringComparison.Ordinal);
        Assert.Equal(["much output", "much output"], File.ReadAllLines(_folder["home/logs/packages.log"]));
    }

    [Fact]
    public void Packages_InstallationFails_ShowsWhyAndTheCommand()
    {
        Fake("ldconfig", "true");
        Fake("id", "echo 0");
        Fake("apt-get", "echo 'E: Unable to locate package'; exit 100");

        ScriptResult result = Packages();

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("E: Unable to locate package\n", result.Error, StringComparison.Ordinal);
        Assert.EndsWith($"apt-get update && apt-get install -y --no-install-recommends {AllPackages}\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Packages_MissingWithoutRoot_SaysWhichAndHow()
    {
        Fake("ldconfig", "true");
        Fake("id", "echo 1000");
        Fake("apt-get", "echo called >&2; exit 1");

        ScriptResult result = Packages();

        Assert.Equal(
            new ScriptResult(
                1,
                "",
                $"control.sh: missing packages: {AllPackages}. Install them as root: apt-get update && apt-get install -y --no-install-recommends {AllPackages}\n"),
            result);
    }

    [Fact]
    public void Packages_MissingOnAnotherSystem_SaysWhichLibrary()
    {
        Fake("ldconfig", "true");
        foreach (string tool in new[] { "env", "bash", "dirname", "readlink", "realpath" })
        {
            Fake(tool, $"exec /usr/bin/{tool} \"$@\"");
        }

        // No other folder in the search path: there is no apt-get.
        ScriptResult result = Packages(_folder["bin"]);

        Assert.Equal(1, result.ExitCode);
        Assert.Equal(
            $"control.sh: missing: {AllPackages} (names of Debian 12 packages). This is not Debian or Ubuntu: install what corresponds; "
            + $"the proxy loads {Libraries}.\n",
            result.Error);
    }

    private ScriptResult Packages(string? searchPath = null) => Script.Run(
        "/bin/bash",
        [ControlScript, "packages"],
        "/",
        [("DDMQ_HOME", _folder["home"]), ("PATH", searchPath ?? $"{_folder["bin"]}:{Environment.GetEnvironmentVariable("PATH")}")],
        TimeSpan.FromMinutes(1));

    private void Fake(string name, string body)
    {
        string path = _folder.Write($"bin/{name}", $"#!/bin/sh\n{body}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
