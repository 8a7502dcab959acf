using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Ddmq.TestKit.Network;
using Ddmq.TestKit.Processes;

namespace Ddmq.TestKit.ZooKeeper;

/// <summary>
/// A real ZooKeeper server on a port of its own, with its data in a scratch folder; stopped and removed when disposed. It grants session
/// timeouts from 200 ms. For one test (or class) at a time.
/// </summary>
public sealed class ZooKeeperServer : IAsyncDisposable
{
    private const string Jar = "/usr/share/java/zookeeper.jar";

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(2);

    private readonly ScratchFolder _folder = new();
    private readonly PortBlock _port = PortBlock.Take(1);
    private readonly string[] _javaOptions;
    private readonly ServerProcess _process;

    private ZooKeeperServer(string[] javaOptions)
    {
        _javaOptions = javaOptions;
        _process = new ServerProcess($"ZooKeeper on port {Port}", Describe, ServesAsync);
    }

    /// <summary>What a test of this kind lacks on this machine, or null.</summary>
    public static string? Missing
    {
        get
        {
            string? package =
                !File.Exists(Jar) ? "zookeeper"
                : !NativeLibrary.TryLoad("libzookeeper_mt.so.2", out _) ? "libzookeeper-mt2"
                : ServerProcess.JavaPath() is null ? "default-jre-headless"
                : null;
            return package is null ? null : $"needs the Debian package {package}: apt-get install -y {package}";
        }
    }

    /// <summary>The loopback port it listens on; the same after a restart.</summary>
    public int Port => _port.First;

    /// <summary>Its connect string, without a chroot.</summary>
    public string Address => $"127.0.0.1:{Port}";

    /// <summary>Starts one and waits until it serves.</summary>
    /// <param name="javaOptions">Further options of the virtual machine, such as <c>-Djute.maxbuffer=50000</c>.</param>
    public static async Task<ZooKeeperServer> StartAsync(params string[] javaOptions)
    {
        var server = new ZooKeeperServer(javaOptions);
        try
        {
            await server.RestartAsync().ConfigureAwait(false);
            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A port that nobody has and that the system does not give to outgoing connections.</summary>
    public static int FreePort()
    {
        using PortBlock port = PortBlock.Take(1);
        return port.First;
    }

    /// <summary>Starts it, again or for the first time, on its port and its data, and waits until it serves.</summary>
    /// <exception cref="InvalidOperationException">It ended instead.</exception>
    public Task RestartAsync() => _process.StartAsync();

    /// <summary>Ends it as an operator would, and waits.</summary>
    public Task StopAsync() => _process.StopAsync();

    /// <summary>Ends it as a crash would, and waits.</summary>
    public Task KillAsync() => _process.KillAsync();

    /// <summary>Stops its clock: connections stay open, nothing is answered.</summary>
    public void Pause() => _process.Pause();

    /// <summary>Lets it go on.</summary>
    public void Continue() => _process.Continue();

    /// <summary>The answer to one of its four-letter words (<c>srvr</c>, <c>cons</c>, <c>wchs</c>, ...); empty when it does not answer.</summary>
    public async Task<string> AskAsync(string word)
    {
        try
        {
            // A question that comes while the server starts can be left without answer on an open connection.
            using var limit = new CancellationTokenSource(AnswerLimit);
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port, limit.Token).ConfigureAwait(false);
            NetworkStream stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes(word), limit.Token).ConfigureAwait(false);
            using var reader = new StreamReader(stream, Encoding.UTF8);
            return await reader.ReadToEndAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SocketException or IOException or OperationCanceledException)
        {
            return "";
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync().ConfigureAwait(false);
        _port.Dispose();
        _folder.Dispose();
    }

    private async Task<bool> ServesAsync() =>
        (await AskAsync("srvr").ConfigureAwait(false)).Contains("Mode: standalone", StringComparison.Ordinal);

    private ProcessStartInfo Describe()
    {
        string configuration = _folder.Write(
            "zoo.cfg",
            string.Create(CultureInfo.InvariantCulture, $"""
            tickTime=200
            minSessionTimeout=200
            maxSessionTimeout=60000
            dataDir={_folder["data"]}
            clientPort={Port}
            clientPortAddress=127.0.0.1
            admin.enableServer=false
            4lw.commands.whitelist=*
            maxClientCnxns=0
            forceSync=no
            preAllocSize=64

            """));
        string[] arguments =
        [
            "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", .. _javaOptions,
            "-cp", Jar, "org.apache.zookeeper.server.quorum.QuorumPeerMain", configuration,
        ];
        return new ProcessStartInfo(ServerProcess.JavaPath()!, arguments) { WorkingDirectory = _folder.Path };
    }
}
