using System.Diagnostics;
using System.Globalization;
using Ddmq.TestKit.Network;
using Ddmq.TestKit.Processes;

namespace Ddmq.TestKit.Brokers;

/// <summary>
/// One server of a message system (a broker or a name server), with ports and a data folder of its own that it keeps from one start to
/// the next. Disposing kills it and removes the folder. For one test (or fixture) at a time.
/// </summary>
public sealed class BrokerProcess : IAsyncDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly PortBlock _ports;
    private readonly string _role;
    private readonly string[] _arguments;
    private readonly IReadOnlyDictionary<string, string> _variables;
    private readonly ServerProcess _process;

    /// <summary>Claims the ports; starts nothing yet.</summary>
    /// <param name="role">The script's first argument.</param>
    /// <param name="ports">Ports to claim; a RocketMQ broker uses those at -2, -1, 0 and +1.</param>
    /// <param name="portIndex">Which of them is <see cref="Port"/>.</param>
    /// <param name="arguments">What follows the port on the script's command line.</param>
    /// <param name="settings">
    /// Lines <c>key=value</c> that are appended to the server's configuration; <c>{relay}</c> stands for <see cref="RelayPort"/>,
    /// <c>{port}</c> for <see cref="Port"/>, <c>{next}</c> for the one behind it.
    /// </param>
    /// <param name="variables">Environment variables of the script.</param>
    /// <param name="servesAsync">See <see cref="ServerProcess"/>.</param>
    internal BrokerProcess(
        string role,
        int ports,
        int portIndex,
        string[] arguments,
        IReadOnlyList<string> settings,
        IReadOnlyDictionary<string, string> variables,
        Func<Task<bool>> servesAsync)
    {
        _role = role;
        _ports = PortBlock.Take(ports + 1);
        RelayPort = _ports.First + ports;
        _arguments = arguments;
        _variables = variables;
        Port = _ports.First + portIndex;
        Configure([.. settings]);
        _process = new ServerProcess($"{role} on port {Port}", Describe, servesAsync, ReadLogs);
    }

    /// <summary>The loopback port that it serves; the same after a restart.</summary>
    public int Port { get; }

    /// <summary><c>127.0.0.1:</c><see cref="Port"/>.</summary>
    public string Address => $"127.0.0.1:{Port}";

    /// <summary>
    /// Whether brokers of this process run as in production, with all of their compiler and twice the memory; slow for their first half minute. For
    /// benchmarks; false unless they set it.
    /// </summary>
    public static bool IsTuned { get; set; }

    /// <summary>Whether it has been started and not ended through this object.</summary>
    public bool IsStarted => _process.IsStarted;

    /// <summary>The process's number while it runs; else null.</summary>
    public int? Id => _process.Id;

    /// <summary>CPU it has used since it was started last, user and system.</summary>
    public TimeSpan CpuTime => _process.CpuTime;

    /// <summary>A port kept free for a relay in front of it.</summary>
    public int RelayPort { get; }

    /// <summary>Where it keeps its data, logs and configuration.</summary>
    public string DataFolder => _folder["data"];

    /// <summary>What it has written to its outputs; the beginning of it, when that is much.</summary>
    public string Output => _process.Output;

    /// <summary>Replaces the lines that are appended to its configuration; in force from the next start.</summary>
    public void Configure(params string[] settings) => _folder.Write(
        $"extra/{_role}",
        string.Join('\n', settings)
            .Replace("{relay}", RelayPort.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{port}", Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{next}", (Port + 1).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal) + "\n");

    /// <summary>A relay in front of it, on <see cref="RelayPort"/>. Clients have to be told of that. The caller disposes the relay.</summary>
    public TcpRelay StartRelay() => new(Port, RelayPort);

    /// <summary>Starts it, for the first time or after an end, on its ports and its data, and waits until it serves.</summary>
    /// <exception cref="InvalidOperationException">It runs already, or it does not come to serve; with its output.</exception>
    public Task StartAsync() => _process.StartAsync();

    /// <summary>Ends it as an operator would, and waits.</summary>
    public Task StopAsync() => _process.StopAsync();

    /// <summary>Ends it as a crash would, and waits.</summary>
    public Task KillAsync() => _process.KillAsync();

    /// <summary>Stops it as an operator would, when it still runs, and starts it again.</summary>
    public async Task RestartAsync()
    {
        await StopAsync().ConfigureAwait(false);
        await StartAsync().ConfigureAwait(false);
    }

    /// <summary>Stops its clock: connections stay open, nothing is answered.</summary>
    public void Pause() => _process.Pause();

    /// <summary>Lets it go on.</summary>
    public void Continue() => _process.Continue();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync().ConfigureAwait(false);
        _ports.Dispose();
        _folder.Dispose();
    }

    // Kafka's first start writes what is wrong with its configuration to a file.
    private string ReadLogs()
    {
        string log = Path.Combine(DataFolder, "format.log");
        return File.Exists(log) ? File.ReadAllText(log) : "";
    }

    private ProcessStartInfo Describe()
    {
        var start = new ProcessStartInfo(
            BrokerFolder.RunScript, [_role, DataFolder, Port.ToString(CultureInfo.InvariantCulture), .. _arguments])
        {
            WorkingDirectory = _folder.Path,
        };

        // RocketMQ leaves its keys and libraries behind when it is killed.
        string options = $"-Djava.io.tmpdir={Directory.CreateDirectory(_folder["tmp"]).FullName}";
        if (!IsTuned)
        {
            // Tests end before the second compiler's work would pay.
            start.Environment["HEAP"] = "256m";
            options += " -XX:TieredStopAtLevel=1";
        }

        start.Environment["JAVA_TOOL_OPTIONS"] = options;
        start.Environment["BROKER_EXTRA"] = _folder["extra"];
        foreach ((string name, string value) in _variables)
        {
            start.Environment[name] = value;
        }

        return start;
    }
}
