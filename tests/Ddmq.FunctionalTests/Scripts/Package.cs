using Ddmq.TestKit;

namespace Ddmq.FunctionalTests.Scripts;

/// <summary>
/// The packaged product, built once for all tests that need it: what <c>build.sh test</c> has built and names in
/// <c>DDMQ_TEST_OUTPUT</c>, else brought up to date here.
/// </summary>
public sealed class Package
{
    /// <summary>Finds or builds the package.</summary>
    public Package()
    {
        Folder = Environment.GetEnvironmentVariable("DDMQ_TEST_OUTPUT") is { Length: > 0 } ready
            ? ready
            : SourceTree.PathOf("artifacts/test-package");
        if (Environment.GetEnvironmentVariable("DDMQ_TEST_OUTPUT") is null or "")
        {
            ScriptResult built = Script.Run(SourceTree.PathOf("build.sh"), ["update", Folder], SourceTree.Root, [], TimeSpan.FromMinutes(10));
            if (built.ExitCode != 0)
            {
                throw new InvalidOperationException($"build.sh update failed:\n{built.Output}{built.Error}");
            }
        }
    }

    /// <summary>Its folder. Shared by tests: state goes to a home folder elsewhere.</summary>
    public string Folder { get; }

    /// <summary>Its control.sh.</summary>
    public string ControlScript => Path.Combine(Folder, "control.sh");
}
