using System.Text;
using Ddmq.Config.ZooKeeper;
using Ddmq.FunctionalTests.Config.ZooKeeper;
using Ddmq.TestKit;
using Xunit;

namespace Ddmq.FunctionalTests.Cli.Zk;

/// <summary>An empty part of a real ensemble, <c>ddmq zk</c> on it, and a session that looks what it did.</summary>
internal sealed class ZkEnsemble : IAsyncDisposable
{
    private ZkEnsemble(string address, ZooKeeperSession session)
    {
        Address = address;
        Session = session;
    }

    /// <summary>As an operator would give it: without the configuration's root.</summary>
    public string Address { get; }

    /// <summary>A session below the configuration's root.</summary>
    public ZooKeeperSession Session { get; }

    /// <summary>Takes a chroot of its own.</summary>
    public static async Task<ZkEnsemble> CreateAsync(ZooKeeperFixture fixture)
    {
        string address = fixture.Server.Address + await fixture.CreateChrootAsync();
        return new ZkEnsemble(address, await ZooKeeperFixture.OpenAsync(ZooKeeperAddress.WithConfigRoot(address)));
    }

    /// <summary>The same with the nodes that all others lie below.</summary>
    public static async Task<ZkEnsemble> CreateInitializedAsync(ZooKeeperFixture fixture)
    {
        ZkEnsemble ensemble = await CreateAsync(fixture);
        await ensemble.WritesAsync("init");
        return ensemble;
    }

    /// <summary>What the original console wrote, as text.</summary>
    public static string Recorded(string name) => File.ReadAllText(SourceTree.PathOf($"tests/Ddmq.TestKit/ConsoleNodes/{name}"));

    /// <summary>Runs <c>ddmq zk</c>.</summary>
    public Task<CliRun> RunAsync(params string[] arguments) => CliRun.RunAsync(["zk", .. arguments, "--zookeeper", Address]);

    /// <summary>Runs a verb that writes, and succeeds.</summary>
    public async Task<CliRun> WritesAsync(params string[] arguments)
    {
        CliRun run = await RunAsync([.. arguments, "--yes"]);
        Assert.True(run.ExitCode == 0, $"{string.Join(' ', arguments)}: {run.ExitCode} {run.Error}");
        return run;
    }

    /// <summary>What a node holds; null when it is not there.</summary>
    public async Task<string?> TextAsync(string path)
    {
        ZooKeeperResult<NodeData> read = await Session.GetAsync(path);
        Assert.True(read.IsOk || read.Error == ZooKeeperError.NoNode, $"{path}: {read.Error}");
        return read.IsOk ? Encoding.UTF8.GetString(read.Value.Bytes.Span) : null;
    }

    /// <summary>Writes a node as somebody with another tool would.</summary>
    public async Task SetAsync(string path, string text)
    {
        ZooKeeperResult<NodeStat> set = await Session.SetAsync(path, Encoding.UTF8.GetBytes(text), ZooKeeperSession.AnyVersion);
        if (set.Error == ZooKeeperError.NoNode)
        {
            Assert.True((await Session.CreateAsync(path, Encoding.UTF8.GetBytes(text))).IsOk);
        }
    }

    /// <summary>Every node below the root with version and text, to see that nothing was written.</summary>
    public async Task<string> DumpAsync()
    {
        var text = new StringBuilder();
        foreach (string parent in new[] { "/pproxy", "/topic" })
        {
            foreach (string name in (await Session.GetChildrenAsync(parent)).Value!.Order(StringComparer.Ordinal))
            {
                NodeData node = (await Session.GetAsync($"{parent}/{name}")).Value;
                text.Append($"{parent}/{name} {node.Stat.Version} {Encoding.UTF8.GetString(node.Bytes.Span)}\n");
            }
        }

        return text.ToString();
    }

    public ValueTask DisposeAsync() => Session.DisposeAsync();
}
