using System.Diagnostics;
using System.Globalization;
using Ddmq.Cli.Doctor;
using Ddmq.Cli.Doctor.Checks;
using Ddmq.TestKit;
using Xunit;

namespace Ddmq.UnitTests.Cli.Doctor;

public sealed class MachineCheckTests
{
    private static readonly string[] Limits =
    [
        "Limit                     Soft Limit           Hard Limit           Units     ",
        "Max cpu time              unlimited            unlimited            seconds   ",
        "Max open files            1024                 20000                files     ",
    ];

    [Theory]
    [InlineData(10_000, null, "Ok")] // a .NET process raises its soft limit to the hard one
    [InlineData(18_976, null, "Ok")]
    [InlineData(18_977, null, "Warning")]
    [InlineData(10_000, 7, "Warning")]
    public void OpenFiles_Limit_IsComparedWithWhatTheConnectionsNeed(int connections, int? pid, string expected)
    {
        CheckResult result = OpenFilesCheck.Run(connections, Limits, pid);

        Assert.Equal(expected, result.Outcome.ToString());
        Assert.Equal(expected == "Warning", result.Remedy?.Contains($"LimitNOFILE={connections + 1024}", StringComparison.Ordinal) == true);
    }

    [Fact]
    public void OpenFiles_Unlimited_IsFine() =>
        Assert.Equal(CheckOutcome.Ok, OpenFilesCheck.Run(1_000_000, ["Max open files            unlimited            unlimited            files"], 7).Outcome);

    [Theory]
    [InlineData(100, 100, CheckOutcome.Ok)]
    [InlineData(101, 100, CheckOutcome.Warning)]
    internal void Memory_Limit_IsComparedWithWhatCanBeNeeded(int neededMiB, int availableMiB, CheckOutcome expected) =>
        Assert.Equal(expected, MemoryCheck.Run((long)neededMiB << 20, (long)availableMiB << 20, isLimited: true).Outcome);

    [Theory]
    [InlineData("0::/system.slice/ddmq.service", "/sys/fs/cgroup/system.slice/ddmq.service/memory.max")]
    [InlineData("0::/", "/sys/fs/cgroup/memory.max")]
    [InlineData("5:cpu,memory:/docker/7:8", "/sys/fs/cgroup/memory/docker/7:8/memory.limit_in_bytes")]
    [InlineData("4:cpu,cpuacct:/", null)]
    [InlineData("1:name=systemd:/", null)]
    [InlineData("nonsense", null)]
    public void MemoryLimit_LineOfControlGroups_NamesTheFile(string line, string? expected) => Assert.Equal(expected, MemoryLimit.FileOf(line));

    [Theory]
    [InlineData(true, CheckOutcome.Ok)]
    [InlineData(false, CheckOutcome.Warning)]
    [InlineData(null, CheckOutcome.Ok)]
    internal void Clock_WhatTheKernelSays_IsTheResult(bool? isSynchronised, CheckOutcome expected) =>
        Assert.Equal(expected, ClockCheck.Run(isSynchronised).Outcome);

    [Fact]
    public void Libraries_OneMissing_IsNamedWithItsPackage()
    {
        IReadOnlyList<CheckResult> results = LibraryCheck.Run([("liba.so", "liba1"), ("libb.so", "libb1")], library => library == "liba.so");

        CheckResult result = Assert.Single(results);
        Assert.Equal(CheckOutcome.Failure, result.Outcome);
        Assert.Contains("libb.so", result.Found);
        Assert.Contains("apt-get install -y libb1", result.Remedy);
    }

    [Fact]
    public void Disk_FolderNotMadeYet_IsTriedAboveAndLeavesNothing()
    {
        using var scratch = new ScratchFolder();

        CheckResult result = DiskCheck.Examine("data folder", "ddmq.store.path", scratch["data/deep"], isSynced: true);

        Assert.NotEqual(CheckOutcome.Failure, result.Outcome);
        Assert.Contains("made at the start", result.Found);
        Assert.Contains("fdatasync", result.Found);
        Assert.Empty(Directory.GetFileSystemEntries(scratch.Path));
    }

    [Fact]
    public void Disk_FolderIsAFile_CannotBeWritten()
    {
        using var scratch = new ScratchFolder();
        string file = scratch.Write("data", "");

        CheckResult result = DiskCheck.Examine("data folder", "ddmq.store.path", Path.Combine(file, "deep"), isSynced: true);

        Assert.Equal(CheckOutcome.Failure, result.Outcome);
        Assert.Contains("ddmq.store.path", result.Remedy);
    }

    [Fact]
    public void SocketOwner_LinesOfProc_GivesListenersOfThatPortOnly()
    {
        string[] lines =
        [
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
            "   0: 0100007F:258D 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1 0 100 0 0 10 0",
            "   1: 0100007F:258D 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 222 1 0 20 4 30 10 -1",
            "   2: 0100007F:258E 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 333 1 0 100 0 0 10 0",
        ];

        Assert.Equal(["111"], SocketOwner.Inodes(lines, 9613));
    }

    [Fact]
    public void RunningProxy_PidFileOfALivingProcess_IsFoundUnlessThePidWasGivenAway()
    {
        using var scratch = new ScratchFolder();
        string pid = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        string stat = File.ReadAllText("/proc/self/stat");
        string started = stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];

        Assert.Null(RunningProxy.Find(scratch.Path));
        scratch.Write("run/ddmq-proxy.pid", $"{pid}\n{started}\n/x/carrera.yaml\n1:2\n");
        Assert.Equal(new RunningProxy(Environment.ProcessId, "/x/carrera.yaml"), RunningProxy.Find(scratch.Path));
        scratch.Write("run/ddmq-proxy.pid", $"{pid}\n{started}1\n/x/carrera.yaml\n1:2\n");
        Assert.Null(RunningProxy.Find(scratch.Path));
        scratch.Write("run/ddmq-proxy.pid", "torn");
        Assert.Null(RunningProxy.Find(scratch.Path));
    }

    [Fact]
    public void ConfigurationFile_Choose_TakesTheOneControlShWould()
    {
        using var scratch = new ScratchFolder();
        string home = scratch["output"];
        string packaged = Path.Combine(home, "config", "carrera.yaml");

        Assert.Equal("/n/a.yaml", ConfigurationFile.Choose("/n/a.yaml", home, false, new RunningProxy(1, "/r/b.yaml")));
        Assert.Equal("/r/b.yaml", ConfigurationFile.Choose(null, home, true, new RunningProxy(1, "/r/b.yaml")));
        Assert.Equal(packaged, ConfigurationFile.Choose(null, home, false, null));
        scratch.Write("Ddmq.sln", "");
        Assert.Equal(scratch["config/carrera.yaml"], ConfigurationFile.Choose(null, home, false, null));
        Assert.Equal(packaged, ConfigurationFile.Choose(null, home, true, null));
    }

    [Fact]
    public async Task CheckRun_CheckThatHangs_EndsAtItsLimit()
    {
        var never = new TaskCompletionSource<IReadOnlyList<CheckResult>>();
        long began = Stopwatch.GetTimestamp();

        IReadOnlyList<CheckResult> results = await CheckRun.WithinAsync("kafka K", TimeSpan.FromMilliseconds(50), _ => never.Task, CancellationToken.None);

        CheckResult result = Assert.Single(results);
        Assert.Equal(("kafka K", CheckOutcome.Failure), (result.Check, result.Outcome));
        Assert.Contains("0.05 s", result.Found);
        Assert.True(Stopwatch.GetElapsedTime(began) >= TimeSpan.FromMilliseconds(45));
    }

    [Fact]
    public async Task CheckRun_CheckThatThrows_IsAFailureWithItsText()
    {
        IReadOnlyList<CheckResult> results = await CheckRun.WithinAsync(
            "x", TimeSpan.FromMinutes(1), _ => throw new IOException("the reason"), CancellationToken.None);

        Assert.Equal("the reason", Assert.Single(results).Found);
    }
}
