using System.Text;
using Ddmq.Config.ZooKeeper;
using Ddmq.TestKit.ZooKeeper;
using Xunit;

namespace Ddmq.FunctionalTests.Config.ZooKeeper;

/// <summary>One server for a class of tests that leave it running, each of which takes a chroot of its own.</summary>
public sealed class ZooKeeperFixture : IAsyncLifetime
{
    private ZooKeeperServer? _server;
    private int _chroots;

    /// <summary>The server.</summary>
    public ZooKeeperServer Server => _server!;

    public async Task InitializeAsync()
    {
        if (ZooKeeperServer.Missing is null)
        {
            _server = await ZooKeeperServer.StartAsync();
        }
    }

    public async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    /// <summary>A connected session.</summary>
    public static async Task<ZooKeeperSession> OpenAsync(string address)
    {
        ZooKeeperSession session = await ZooKeeperSession.OpenAsync(new ZooKeeperSessionOptions { Address = ZooKeeperAddress.Parse(address) });
        Assert.Equal(SessionState.Connected, await session.WaitForConnectionAsync().WaitAsync(Patience.Limit));
        return session;
    }

    /// <summary>A new node, for use as a chroot.</summary>
    public async Task<string> CreateChrootAsync()
    {
        // Not one session for all: the test before may have taken the server from it.
        await using ZooKeeperSession session = await OpenAsync(Server.Address);
        string path = $"/test-{Interlocked.Increment(ref _chroots)}";
        Assert.True((await session.CreateAsync(path, default)).IsOk);
        return path;
    }

    /// <summary>Bytes of a text, as nodes hold them.</summary>
    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
