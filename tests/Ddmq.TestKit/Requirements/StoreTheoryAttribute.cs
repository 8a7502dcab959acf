using Xunit;
using Xunit.Sdk;

namespace Ddmq.TestKit.Requirements;

/// <summary>
/// A theory of a suite that several classes inherit; skipped as a whole, and saying so, in a class whose
/// <see cref="RequiresBrokersAttribute"/> is not met.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("Ddmq.TestKit.Requirements.StoreTheoryDiscoverer", "Ddmq.TestKit")]
public sealed class StoreTheoryAttribute : TheoryAttribute;
