using Xunit;

namespace Ddmq.FunctionalTests.Scripts;

/// <summary>Tests that share the <see cref="Package"/>.</summary>
[CollectionDefinition(Name)]
public sealed class PackageCollection : ICollectionFixture<Package>
{
    public const string Name = "package";
}
