using System.Text.RegularExpressions;
using Ddmq.Config;
using Ddmq.Proxy.Logging;
using Ddmq.TestKit;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Ddmq.UnitTests.Logging;

public class LoggingSetupTests
{
    private const string Stamp = @"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ";

    [Fact]
    public void Create_LinesOfAllLevels_GoWhereTheyBelong()
    {
        using var home = new ScratchFolder();

        using (ProxyLogs logs = LoggingSetup.Create(new LogsOptions(), home.Path))
        {
            ILogger log = logs.Factory.CreateLogger("Ddmq.Some.Category");
            log.LogDebug("left out");
            log.LogInformation("started with {Count} topics of {Kind}", 3, "any kind");
            log.LogWarning("degraded");
        }

        string[] main = File.ReadAllLines(home["logs/carrera.log"]);
        Assert.Equal(2, main.Length);
        Assert.Matches(Stamp + Regex.Escape("[ INFO ] Category - started with 3 topics of any kind") + "$", main[0]);
        Assert.Matches(Stamp + Regex.Escape("[ WARN ] Category - degraded") + "$", main[1]);
        Assert.Equal([main[1]], File.ReadAllLines(home["logs/error.log"]));
        Assert.False(File.Exists(home["logs/drop.log"]));
    }

    [Fact]
    public void Create_DropCategory_WritesBareMessagesToItsOwnFileOnly()
    {
        using var home = new ScratchFolder();

        using (ProxyLogs logs = LoggingSetup.Create(new LogsOptions { Level = LogLevel.Error }, home.Path))
        {
            ILogger drop = logs.Factory.CreateLogger(LoggingSetup.DropCategory);
            drop.LogInformation("REASON:{Reason},CARRERA_MESSAGE_JSON:{Json}", "TIMEOUT", "{\"topic\":\"orders\"}");
            drop.LogError("second\nmessage");
        }

        Assert.Equal(
            ["REASON:TIMEOUT,CARRERA_MESSAGE_JSON:{\"topic\":\"orders\"}", "second\\nmessage"],
            File.ReadAllLines(home["logs/drop.log"]));
        Assert.False(File.Exists(home["logs/carrera.log"]));
        Assert.False(File.Exists(home["logs/error.log"]));
    }

    [Fact]
    public void Create_ManyDrops_LosesNone()
    {
        const int Messages = 50_000;
        using var home = new ScratchFolder();

        using (ProxyLogs logs = LoggingSetup.Create(new LogsOptions(), home.Path))
        {
            ILogger drop = logs.Factory.CreateLogger(LoggingSetup.DropCategory);
            Parallel.For(0, Messages, i => drop.LogInformation("{Number}", i));
        }

        Assert.Equal(Enumerable.Range(0, Messages), File.ReadLines(home["logs/drop.log"]).Select(int.Parse).Order());
    }

    [Fact]
    public void Create_TextWithLineBreaks_StaysOneLine()
    {
        using var home = new ScratchFolder();

        using (ProxyLogs logs = LoggingSetup.Create(new LogsOptions(), home.Path))
        {
            logs.Factory.CreateLogger("A.B").LogInformation("topic {Topic}", "x\r\n2026-01-05 10:00:00,123 [ INFO ] Fake\u001b[2J\t\u2028");
        }

        Assert.EndsWith(
            "[ INFO ] B - topic x\\r\\n2026-01-05 10:00:00,123 [ INFO ] Fake\\u001b[2J\\t\\u2028",
            Assert.Single(File.ReadAllLines(home["logs/carrera.log"])),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Create_Exception_FollowsIndented()
    {
        using var home = new ScratchFolder();

        using (ProxyLogs logs = LoggingSetup.Create(new LogsOptions(), home.Path))
        {
            logs.Factory.CreateLogger("A").LogError(new InvalidOperationException("first\nsecond"), "failed");
        }

        Assert.Equal(
            ["  System.InvalidOperationException: first", "  second"],
            File.ReadAllLines(home["logs/error.log"])[1..]);
    }

    [Fact]
    public void SetLevel_WhileRunning_TakesEffect()
    {
        using var home = new ScratchFolder();

        using (ProxyLogs logs = LoggingSetup.Create(new LogsOptions(), home.Path))
        {
            ILogger log = logs.Factory.CreateLogger("A");
            logs.SetLevel(LogLevel.Debug);
            log.LogDebug("now seen");
            logs.SetLevel(LogLevel.None);
            log.LogCritical("now not");
        }

        Assert.EndsWith("[ DEBUG ] A - now seen", Assert.Single(File.ReadAllLines(home["logs/carrera.log"])), StringComparison.Ordinal);
    }

    [Fact]
    public void Create_FrameworkCategories_AreHeardFromWarningUp()
    {
        using var home = new ScratchFolder();

        using (ProxyLogs logs = LoggingSetup.Create(new LogsOptions(), home.Path))
        {
            ILogger log = logs.Factory.CreateLogger("Microsoft.AspNetCore.Hosting.Diagnostics");
            log.LogInformation("a request");
            log.LogWarning("a warning");
        }

        Assert.EndsWith("Diagnostics - a warning", Assert.Single(File.ReadAllLines(home["logs/carrera.log"])), StringComparison.Ordinal);
    }

    [Fact]
    public void Create_FileFull_GoesOnInAnotherAndTheLinkFollows()
    {
        using var home = new ScratchFolder();

        using (ProxyLogs logs = LoggingSetup.Create(new LogsOptions { FileBytesLimit = 1024 }, home.Path))
        {
            ILogger log = logs.Factory.CreateLogger("A");
            for (int i = 0; i < 60; i++)
            {
                log.LogInformation("line {Number} {Filler}", i, new string('x', 100));
            }
        }

        string[] files = [.. Directory.GetFiles(home["logs"], "carrera-*.log").Order(StringComparer.Ordinal)];
        Assert.True(files.Length > 2);
        Assert.Equal(60, files.Sum(file => File.ReadLines(file).Count()));
        Assert.Equal(Path.GetFileName(files[^1]), new FileInfo(home["logs/carrera.log"]).LinkTarget);
    }

    [Fact]
    public void Create_TotalOverTheLimit_DeletesTheOldest()
    {
        using var home = new ScratchFolder();
        var options = new LogsOptions { FileBytesLimit = 1024, TotalBytesLimit = 4096 };

        using (ProxyLogs logs = LoggingSetup.Create(options, home.Path))
        {
            ILogger log = logs.Factory.CreateLogger("A");
            for (int i = 0; i < 200; i++)
            {
                log.LogInformation("line {Number} {Filler}", i, new string('x', 100));
            }
        }

        // The limit is enforced when a file is begun, so one file may stand over it.
        Assert.InRange(new DirectoryInfo(home["logs"]).GetFiles("carrera-*.log").Sum(file => file.Length), 1, 4096 + 1024 + 200);
        Assert.EndsWith($"line 199 {new string('x', 100)}", File.ReadLines(home["logs/carrera.log"]).Last(), StringComparison.Ordinal);
    }

    [Fact]
    public void Create_FileWithTheLinksName_IsKeptUnderAnother()
    {
        using var home = new ScratchFolder();
        home.Write("logs/carrera.log", "of another program\n");

        using (ProxyLogs logs = LoggingSetup.Create(new LogsOptions(), home.Path))
        {
            logs.Factory.CreateLogger("A").LogInformation("ours");
        }

        Assert.Equal("of another program\n", File.ReadAllText(Assert.Single(Directory.GetFiles(home["logs"], "carrera.log.2*"))));
        Assert.EndsWith("A - ours", Assert.Single(File.ReadAllLines(home["logs/carrera.log"])), StringComparison.Ordinal);
    }

    [Fact]
    public void Create_FolderCannotBeMade_SaysWhichAndWhy()
    {
        using var home = new ScratchFolder();
        home.Write("logs", "a file where the folder should be");

        var e = Assert.Throws<ConfigurationException>(() => LoggingSetup.Create(new LogsOptions(), home.Path));

        Assert.StartsWith($"ddmq.logs.path: the folder {home["logs"]} cannot be written to: ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_AbsolutePath_IsTakenAsItIs()
    {
        using var home = new ScratchFolder();
        using var elsewhere = new ScratchFolder();

        using (ProxyLogs logs = LoggingSetup.Create(new LogsOptions { Path = elsewhere["l"] }, home.Path))
        {
            logs.Factory.CreateLogger("A").LogInformation("x");
        }

        Assert.True(File.Exists(elsewhere["l/carrera.log"]));
        Assert.Empty(Directory.GetFileSystemEntries(home.Path));
    }
}
