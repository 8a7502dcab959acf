using Xunit;

namespace Ddmq.TestKit.Requirements;

/// <summary>A fact that is skipped, with the reason, where one of these Debian packages is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresPackagesFactAttribute : FactAttribute
{
    /// <summary>Looks for the packages, names of <see cref="DebianPackages"/>, separated by blanks.</summary>
    public RequiresPackagesFactAttribute(string packages) => Skip = DebianPackages.WhyMissing(packages.Split(' '));
}
