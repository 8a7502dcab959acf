using System.Diagnostics;
using Ddmq.TestKit;
using Xunit;

namespace Ddmq.FunctionalTests.Scripts;

[Collection(PackageCollection.Name)]
public class ControlScriptTests(Package package)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Fact]
    public void StartStatusStop_EmptyHome_TellTheStateByExitCode()
    {
        using var home = new ProxyHome(package.ControlScript);

        ScriptResult before = home.Control("status");
        ScriptResult started = home.Control("start");
        ScriptResult running = home.Control("status");
        int pid = home.Pid;
        ScriptResult stopped = home.Control("stop");
        ScriptResult after = home.Control("status");

        Assert.Equal((3, 0, 0, 0, 3), (before.ExitCode, started.ExitCode, running.ExitCode, stopped.ExitCode, after.ExitCode));
        Assert.Contains($"Ready: pid {pid}, Thrift on ", started.Output, StringComparison.Ordinal);
        Assert.Contains($"ddmq-proxy is running: pid {pid}, ", running.Output, StringComparison.Ordinal);
        Assert.False(IsRunning(pid));
        Assert.False(home.HasPidFile);
        Assert.True(File.Exists(home.Folder["logs/carrera.log"]));
    }

    [Fact]
    public void Start_PackageCopiedElsewhere_RunsThroughALinkFromAnyFolder()
    {
        using var elsewhere = new ScratchFolder();
        Copy(package.Folder, elsewhere["copied package"]);
        File.CreateSymbolicLink(elsewhere["link"], elsewhere["copied package/control.sh"]);
        (string, string)[] ports = [("DDMQ_PORT", "0"), ("DDMQ_ADMIN_PORT", "0")];

        ScriptResult started = Script.Run(elsewhere["link"], ["start"], "/", ports, Limit);
        ScriptResult stopped = Script.Run(elsewhere["link"], ["stop"], "/", ports, Limit);

        Assert.True(started.ExitCode == 0, started.Error);
        Assert.True(stopped.ExitCode == 0, stopped.Error);
        Assert.True(File.Exists(elsewhere["copied package/logs/carrera.log"]));
        Assert.Contains(elsewhere["copied package/ddmq"].TrimStart('/'), started.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_FolderCopiedWhileItsProxyRuns_IsAProxyOfItsOwn()
    {
        using var elsewhere = new ScratchFolder();
        Copy(package.Folder, elsewhere["first"]);
        (string, string)[] ports = [("DDMQ_PORT", "0"), ("DDMQ_ADMIN_PORT", "0")];
        ScriptResult Control(string folder, string command) =>
            Script.Run(elsewhere[$"{folder}/control.sh"], [command], "/", ports, Limit);

        Assert.Equal(0, Control("first", "start").ExitCode);
        Copy(elsewhere["first"], elsewhere["second"]);

        Assert.Equal(3, Control("second", "status").ExitCode);
        ScriptResult started = Control("second", "start");
        Assert.True(started.ExitCode == 0, started.Error);
        Assert.Equal(0, Control("second", "stop").ExitCode);
        Assert.Equal(0, Control("first", "status").ExitCode);
        Assert.Equal(0, Control("first", "stop").ExitCode);
    }

    [Fact]
    public void Start_PortInUse_IsOneClearLine()
    {
        using var one = new ProxyHome(package.ControlScript);
        using var two = new ProxyHome(package.ControlScript);
        one.Control("start");
        string port = one.Ready.GetProperty("thrift").GetString()!.Split(':')[^1];

        ScriptResult second = Script.Run(
            package.ControlScript, ["start"], "/",
            [("DDMQ_HOME", two.Folder.Path), ("DDMQ_PORT", port), ("DDMQ_ADMIN_PORT", "0")], Limit);

        Assert.Equal(1, second.ExitCode);
        Assert.Contains($"cannot listen on 0.0.0.0:{port}", second.Error, StringComparison.Ordinal);
        Assert.Equal(0, one.Control("status").ExitCode);
        Assert.Equal(3, two.Control("status").ExitCode);
    }

    [Fact]
    public void Start_RunningAlready_IsRefusedAndTheProxyGoesOn()
    {
        using var home = new ProxyHome(package.ControlScript);
        home.Control("start");
        int pid = home.Pid;

        ScriptResult second = home.Control("start");

        Assert.Equal(1, second.ExitCode);
        Assert.StartsWith($"control.sh: ddmq-proxy is running already (pid {pid})", second.Error, StringComparison.Ordinal);
        Assert.Equal(0, home.Control("status").ExitCode);
        Assert.Equal(pid, home.Pid);
    }

    [Fact]
    public void Start_TwoHomes_DoNotDisturbEachOther()
    {
        using var one = new ProxyHome(package.ControlScript);
        using var two = new ProxyHome(package.ControlScript);

        one.Control("start");
        two.Control("start");
        int pid = two.Pid;
        ScriptResult stopped = one.Control("stop");

        Assert.Equal(0, stopped.ExitCode);
        Assert.Equal(3, one.Control("status").ExitCode);
        Assert.Equal(0, two.Control("status").ExitCode);
        Assert.Equal(pid, two.Ready.GetProperty("pid").GetInt32());
    }

    [Fact]
    public void Start_MistakesInTheConfiguration_AreShownAndNothingRuns()
    {
        using var home = new ProxyHome(package.ControlScript);
        string config = home.Folder.Write("bad.yaml", "prot: 1\nhost: [x]\n");

        ScriptResult started = home.Control("start", config);

        Assert.Equal(1, started.ExitCode);
        Assert.Equal(
            [
                $"ddmq-proxy: {config}:1:1: prot: unknown setting; did you mean port?",
                $"ddmq-proxy: {config}:2:7: host: a list stands where a single value is expected; expected a text",
            ],
            started.Error.Split('\n')[..2]);
        Assert.Contains("the proxy did not start", started.Error, StringComparison.Ordinal);
        Assert.False(home.HasPidFile);
    }

    [Fact]
    public void Start_NoSuchConfiguration_SaysSo()
    {
        using var home = new ProxyHome(package.ControlScript);

        ScriptResult started = home.Control("start", "/nowhere/c.yaml");

        Assert.Equal(1, started.ExitCode);
        Assert.StartsWith("ddmq-proxy: /nowhere/c.yaml: no such file\n", started.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_LogsCannotBeWritten_SaysSo()
    {
        using var home = new ProxyHome(package.ControlScript);
        home.Folder.Write("taken", "a file");

        ScriptResult started = home.ControlWith([("DDMQ_LOGS_PATH", "taken")], "start");

        Assert.Equal(1, started.ExitCode);
        Assert.StartsWith($"ddmq-proxy: ddmq.logs.path: the folder {home.Folder["taken"]} cannot be written to: ", started.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Restart_RunningWithItsOwnConfiguration_KeepsIt()
    {
        using var home = new ProxyHome(package.ControlScript);
        string config = home.Folder.Write("mine.yaml", "ddmq: {logs: {path: my-logs}}\n");
        home.Control("start", config);
        int pid = home.Pid;

        ScriptResult restarted = home.Control("restart");

        Assert.True(restarted.ExitCode == 0, restarted.Error);
        Assert.NotEqual(pid, home.Pid);
        Assert.False(IsRunning(pid));
        Assert.Equal(2, File.ReadLines(home.Folder["my-logs/carrera.log"]).Count(line => line.Contains("Configuration read from", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("restart")]
    [InlineData("reload")]
    public void Restart_NotRunning_Starts(string command)
    {
        using var home = new ProxyHome(package.ControlScript);

        ScriptResult restarted = home.Control(command);

        Assert.True(restarted.ExitCode == 0, restarted.Error);
        Assert.Equal(0, home.Control("status").ExitCode);
    }

    [Fact]
    public void Stop_NotRunning_SucceedsAndSaysSo()
    {
        using var home = new ProxyHome(package.ControlScript);

        ScriptResult stopped = home.Control("stop");

        Assert.Equal((0, "ddmq-proxy is not running\n"), (stopped.ExitCode, stopped.Output));
    }

    [Fact]
    public void Stop_PidOfAnotherProcess_LeavesItAlone()
    {
        using var home = new ProxyHome(package.ControlScript);
        using Process bystander = Process.Start(new ProcessStartInfo("sleep", "600"))!;
        try
        {
            // As after a reboot: the number is in use again, by a process that began at another time.
            home.WritePidFile(bystander.Id, startTime: "1");

            ScriptResult status = home.Control("status");
            ScriptResult stopped = home.Control("stop");

            Assert.Equal(3, status.ExitCode);
            Assert.Equal((0, "ddmq-proxy is not running\n"), (stopped.ExitCode, stopped.Output));
            Assert.False(bystander.HasExited);
        }
        finally
        {
            bystander.Kill();
            bystander.WaitForExit();
        }
    }

    [Fact]
    public void Start_AfterACrash_Works()
    {
        using var home = new ProxyHome(package.ControlScript);
        home.Control("start");
        int pid = home.Pid;
        using (var process = Process.GetProcessById(pid))
        {
            process.Kill();
            Assert.True(process.WaitForExit(Limit));
        }

        ScriptResult status = home.Control("status");
        ScriptResult started = home.Control("start");

        Assert.Equal(3, status.ExitCode);
        Assert.True(started.ExitCode == 0, started.Error);
        Assert.NotEqual(pid, home.Pid);
    }

    [Theory]
    [InlineData("stat", "unknown command: stat")]
    [InlineData("stop now", "stop takes no argument")]
    [InlineData("start a b", "start takes one argument, the configuration file")]
    public void Run_WrongArguments_AreRefused(string arguments, string expected)
    {
        using var home = new ProxyHome(package.ControlScript);

        ScriptResult result = home.Control(arguments.Split(' '));

        Assert.Equal(1, result.ExitCode);
        Assert.EndsWith($"control.sh: {expected}\n", result.Error, StringComparison.Ordinal);
    }

    // A zombie has ended: where the first process of a container does not collect orphans, it stays listed.
    private static bool IsRunning(int pid)
    {
        string status = $"/proc/{pid}/status";
        return File.Exists(status) && !File.ReadLines(status).Any(line => line.StartsWith("State:\tZ", StringComparison.Ordinal));
    }

    private static void Copy(string from, string to)
    {
        ScriptResult copied = Script.Run("cp", ["-r", from, to], "/", [], Limit);
        Assert.True(copied.ExitCode == 0, copied.Error);
    }
}
