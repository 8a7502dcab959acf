using Ddmq.TestKit.Requirements;
using Xunit;

namespace Ddmq.FunctionalTests.RealClients;

/// <inheritdoc/>
public sealed class PythonClientTests(PythonClient client) : RealClientTests(client), IClassFixture<PythonClient>
{
    [RequiresPackagesTheory(PythonClient.Packages)]
    [InlineData("compact")]
    [InlineData("binary")]
    public Task Calls_OneAfterAnother_AreStoredByteForByte(string protocol) => CheckCallsAsync(protocol);

    [RequiresPackagesTheory(PythonClient.Packages)]
    [InlineData("compact", "epoll")]
    [InlineData("binary", "epoll")]
    [InlineData("compact", "kestrel")]
    public Task Calls_TwoHundredInFlight_AreAnsweredAndStoredInOrder(string protocol, string transport) =>
        CheckPipelinedAsync(protocol, transport);

    [RequiresPackagesTheory(PythonClient.Packages)]
    [InlineData("compact")]
    [InlineData("binary")]
    public Task Calls_OnEightConnections_AreStoredInEachOnesOrder(string protocol) => CheckConnectionsAsync(protocol);

    [RequiresPackagesTheory(PythonClient.Packages)]
    [InlineData("compact")]
    [InlineData("binary")]
    public Task Calls_NotToBeStored_AreAnsweredAndTheConnectionGoesOn(string protocol) => CheckRefusedAsync(protocol);
}
