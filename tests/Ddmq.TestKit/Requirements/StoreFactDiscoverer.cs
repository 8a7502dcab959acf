using Xunit.Abstractions;
using Xunit.Sdk;

namespace Ddmq.TestKit.Requirements;

/// <summary>Finds the tests of <see cref="StoreFactAttribute"/>. Made by xunit.</summary>
public sealed class StoreFactDiscoverer(IMessageSink diagnosticMessageSink) : IXunitTestCaseDiscoverer
{
    /// <inheritdoc/>
    public IEnumerable<IXunitTestCase> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        SkippedTestCase.WhenNeeded(diagnosticMessageSink, discoveryOptions, testMethod)
        ?? new FactDiscoverer(diagnosticMessageSink).Discover(discoveryOptions, testMethod, factAttribute);
}
