using Xunit;

namespace Ddmq.TestKit.Requirements;

/// <summary>A theory that is skipped as a whole, with the reason, where one of these Debian packages is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresPackagesTheoryAttribute : TheoryAttribute
{
    /// <summary>Looks for the packages, names of <see cref="DebianPackages"/>, separated by blanks.</summary>
    public RequiresPackagesTheoryAttribute(string packages) => Skip = DebianPackages.WhyMissing(packages.Split(' '));
}
