using System.Net;
using Ddmq.FunctionalTests.Scripts;
using Ddmq.TestKit.Requirements;
using Xunit;

namespace Ddmq.FunctionalTests.RealClients;

/// <summary>
/// The same with nothing of this process in between: the packaged proxy as control.sh starts it, and the packaged command line.
/// </summary>
[Collection(PackageCollection.Name)]
public sealed class PackagedProxyTests(Package package, PythonClient client) : IClassFixture<PythonClient>
{
    private const string Topic = "packaged";

    [RequiresPackagesFact(PythonClient.Packages)]
    public void Calls_ProxyRestartedAfterwards_AreStoredByteForByte()
    {
        using var home = new ProxyHome(package.ControlScript);
        ScriptResult started = home.Control("start");
        Assert.True(started.ExitCode == 0, started.Error);

        IReadOnlyList<SentMessage> sent = client.Run(EndPoint(home, "thrift"), "compact", Topic, "calls");
        ScriptResult restarted = home.Control("restart");
        Assert.True(restarted.ExitCode == 0, restarted.Error);
        IReadOnlyList<StoredMessage> stored = CommandLineTail.Read(
            Path.Combine(package.Folder, "ddmq"), [], new Uri($"http://{EndPoint(home, "admin")}"), Topic);

        Assert.All(sent, message => Assert.Equal((0, "OK"), (message.Code, message.Msg)));
        RealClientTests.AssertDemanding(sent);
        StoredExpectation.AssertHolds(sent, stored, partitions: 4); // the default of the packaged configuration
    }

    // The packaged configuration listens on every address.
    private static IPEndPoint EndPoint(ProxyHome home, string port) =>
        new(IPAddress.Loopback, IPEndPoint.Parse(home.Ready.GetProperty(port).GetString()!).Port);
}
