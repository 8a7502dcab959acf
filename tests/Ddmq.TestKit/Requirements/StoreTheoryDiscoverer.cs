using Xunit.Abstractions;
using Xunit.Sdk;

namespace Ddmq.TestKit.Requirements;

/// <summary>Finds the tests of <see cref="StoreTheoryAttribute"/>. Made by xunit.</summary>
public sealed class StoreTheoryDiscoverer(IMessageSink diagnosticMessageSink) : IXunitTestCaseDiscoverer
{
    /// <inheritdoc/>
    public IEnumerable<IXunitTestCase> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        SkippedTestCase.WhenNeeded(diagnosticMessageSink, discoveryOptions, testMethod)
        ?? new TheoryDiscoverer(diagnosticMessageSink).Discover(discoveryOptions, testMethod, factAttribute);
}
