using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Ddmq.TestKit.ZooKeeper;

/// <summary>
/// A real ZooKeeper server on a port of its own, with its data in a scratch folder; stopped and removed when disposed. It grants session
/// timeouts from 200 ms. For one test (or class) at a time.
/// </summary>
public sealed partial class ZooKeeperServer : IAsyncDisposable
{
    private const string Jar = "/usr/share/java/zookeeper.jar";
    private const int SigKill = 9;
    private const int SigTerm = 15;
    private const int SigCont = 18;
    private const int SigStop = 19;

    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(2);

    private readonly ScratchFolder _folder = new();
    private readonly string[] _javaOptions;
    private readonly StringBuilder _output = new();
    private Process? _process;

    private ZooKeeperServer(string[] javaOptions) => _javaOptions = javaOptions;

    /// <summary>What a test of this kind lacks on this machine, or null.</summary>
    public static string? Missing
    {
        get
        {
            string? package =
                !File.Exists(Jar) ? "zookeeper"
                : !NativeLibrary.TryLoad("libzookeeper_mt.so.2", out _) ? "libzookeeper-mt2"
                : JavaPath() is null ? "default-jre-headless"
                : null;
            return package is null ? null : $"needs the Debian package {package}: apt-get install -y {package}";
        }
    }

    /// <summary>The loopback port it listens on; the same after a restart.</summary>
    public int Port { get; private set; }

    /// <summary>Its connect string, without a chroot.</summary>
    public string Address => $"127.0.0.1:{Port}";

    /// <summary>Starts one and waits until it serves.</summary>
    /// <param name="javaOptions">Further options of the virtual machine, such as <c>-Djute.maxbuffer=50000</c>.</param>
    public static async Task<ZooKeeperServer> StartAsync(params string[] javaOptions)
    {
        var server = new ZooKeeperServer(javaOptions);
        try
        {
            // Somebody else can be quicker to take the port, though hardly thrice.
            for (int attempt = 1; ; attempt++)
            {
                server.Port = FreePort();
                try
                {
                    await server.RestartAsync().ConfigureAwait(false);
                    return server;
                }
                catch (InvalidOperationException) when (attempt < 3)
                {
                    await server.KillAsync().ConfigureAwait(false);
                }
            }
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A port that nobody has and that the system does not give to outgoing connections, so that a restart finds it free.</summary>
    public static int FreePort()
    {
        while (true)
        {
            int port = Random.Shared.Next(20_000, 32_000);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Taken: the next one.
            }
        }
    }

    /// <summary>Starts it, again or for the first time, on its port and its data, and waits until it serves.</summary>
    /// <exception cref="InvalidOperationException">It ended instead.</exception>
    public async Task RestartAsync()
    {
        if (_process is not null)
        {
            throw new InvalidOperationException("The server runs; stop or kill it first.");
        }

        _process = StartProcess();
        long started = Stopwatch.GetTimestamp();
        while (!(await AskAsync("srvr").ConfigureAwait(false)).Contains("Mode: standalone", StringComparison.Ordinal))
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(started) > StartLimit)
            {
                throw new InvalidOperationException($"ZooKeeper does not serve on port {Port}:\n{Output()}");
            }

            await Task.Delay(50).ConfigureAwait(false);
        }
    }

    /// <summary>Ends it as an operator would, and waits.</summary>
    public Task StopAsync() => EndAsync(SigTerm);

    /// <summary>Ends it as a crash would, and waits.</summary>
    public Task KillAsync() => EndAsync(SigKill);

    /// <summary>Stops its clock: connections stay open, nothing is answered.</summary>
    public void Pause() => Signal(SigStop);

    /// <summary>Lets it go on.</summary>
    public void Continue() => Signal(SigCont);

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
        await KillAsync().ConfigureAwait(false);
        _folder.Dispose();
    }

    private static string? JavaPath() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(folder => Path.Combine(folder, "java")).FirstOrDefault(File.Exists);

    private Process StartProcess()
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
        var start = new ProcessStartInfo(JavaPath()!, arguments)
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private async Task EndAsync(int signal)
    {
        if (_process is null)
        {
            return;
        }

        if (!_process.HasExited)
        {
            Signal(signal);
            Signal(SigCont);
            await _process.WaitForExitAsync().ConfigureAwait(false);
        }

        _process.Dispose();
        _process = null;
    }

    private void Signal(int signal) => _ = Kill(_process!.Id, signal);

    private void Keep(string? line)
    {
        lock (_output)
        {
            if (_output.Length < 20_000)
            {
                _output.AppendLine(line);
            }
        }
    }

    private string Output()
    {
        lock (_output)
        {
            return _output.ToString();
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
