using Xunit;

namespace Ddmq.FunctionalTests;

/// <summary>Tests that need the process for themselves, for what they measure or use up.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
