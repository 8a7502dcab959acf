using Ddmq.FunctionalTests.Config.ZooKeeper;
using Ddmq.TestKit.ZooKeeper;
using Xunit;

namespace Ddmq.FunctionalTests.LiveConfiguration;

/// <summary>Tests of a proxy that follows nodes: each has a chroot of its own on the class's server, and a console that writes there.</summary>
public abstract class LiveNodesTests(ZooKeeperFixture fixture) : IClassFixture<ZooKeeperFixture>, IAsyncLifetime
{
    private ConsoleLike? _console;

    /// <summary>The server with the test's chroot, for the proxy.</summary>
    private protected string Address { get; private set; } = "";

    /// <summary>Writes the nodes.</summary>
    private protected ConsoleLike Console => _console!;

    public async Task InitializeAsync()
    {
        if (ZooKeeperServer.Missing is null)
        {
            Address = fixture.Server.Address + await fixture.CreateChrootAsync();
            _console = await ConsoleLike.OpenAsync(Address);
        }
    }

    public async Task DisposeAsync()
    {
        if (_console is not null)
        {
            await _console.DisposeAsync();
        }
    }
}
