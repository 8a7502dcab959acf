using Xunit;
using Xunit.Sdk;

namespace Ddmq.TestKit.Requirements;

/// <summary>
/// A fact of a suite that several classes inherit; skipped, and saying so, in a class whose <see cref="RequiresBrokersAttribute"/> is not
/// met.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("Ddmq.TestKit.Requirements.StoreFactDiscoverer", "Ddmq.TestKit")]
public sealed class StoreFactAttribute : FactAttribute;
