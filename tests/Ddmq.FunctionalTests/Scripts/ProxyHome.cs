using System.Diagnostics;
using System.Text.Json;
using Ddmq.TestKit;

namespace Ddmq.FunctionalTests.Scripts;

/// <summary>A home folder whose proxy is driven by control.sh. Stopped and removed at the end.</summary>
public sealed class ProxyHome(string controlScript) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly ScratchFolder _folder = new();

    /// <summary>The home folder.</summary>
    public ScratchFolder Folder => _folder;

    private string PidFile => _folder["run/ddmq-proxy.pid"];

    /// <summary>The pid that control.sh has written down.</summary>
    public int Pid => int.Parse(File.ReadLines(PidFile).First());

    /// <summary>True when control.sh thinks that there is a process.</summary>
    public bool HasPidFile => File.Exists(PidFile);

    /// <summary>What the proxy said when it was ready.</summary>
    public JsonElement Ready => JsonDocument.Parse(File.ReadAllText(_folder["run/ddmq-proxy.ready"])).RootElement;

    /// <summary>Runs control.sh with this home, on free ports.</summary>
    public ScriptResult Control(params string[] arguments) => ControlWith([], arguments);

    /// <summary>As <see cref="Control"/>, with more variables, which win.</summary>
    public ScriptResult ControlWith(IEnumerable<(string Name, string Value)> variables, params string[] arguments) => Script.Run(
        controlScript,
        arguments,
        Path.GetTempPath(),
        [("DDMQ_HOME", _folder.Path), ("DDMQ_PORT", "0"), ("DDMQ_ADMIN_PORT", "0"), .. variables],
        Limit);

    /// <summary>Writes another process's pid and start time into the pid file.</summary>
    public void WritePidFile(int pid, string startTime) => _folder.Write("run/ddmq-proxy.pid", $"{pid}\n{startTime}\n/nowhere.yaml\n");

    /// <inheritdoc/>
    public void Dispose()
    {
        if (HasPidFile)
        {
            ScriptResult stopped = Control("stop");
            if (stopped.ExitCode != 0)
            {
                using var process = Process.GetProcessById(Pid);
                process.Kill();
            }
        }

        _folder.Dispose();
    }
}
