using Ddmq.Proxy.Logging;
using Ddmq.TestKit;
using Xunit;

namespace Ddmq.UnitTests.Logging;

public class LogRetentionTests
{
    [Fact]
    public void Sweep_FilesOfAllAges_DeletesOursThatAreTooOldAndNotInUse()
    {
        using var folder = new ScratchFolder();
        Old(folder, "carrera-20200101.log", days: 8);
        Old(folder, "carrera-20200102_001.log", days: 6);
        Old(folder, "error-20200101.log", days: 8);
        Old(folder, "console.log", days: 8);
        Old(folder, "carrera-notes.log", days: 8);
        Old(folder, "other-20200101.log", days: 8);
        File.CreateSymbolicLink(folder["error.log"], "error-20200101.log");

        new LogRetention(folder.Path, ["carrera", "error"], retainedDays: 7, totalBytesLimit: 0, TimeProvider.System).Sweep();

        Assert.Equal(
            ["carrera-20200102_001.log", "carrera-notes.log", "console.log", "error-20200101.log", "error.log", "other-20200101.log"],
            Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Sweep_TooManyBytes_DeletesTheOldestUntilTheRestFits()
    {
        using var folder = new ScratchFolder();
        Old(folder, "carrera-20200103.log", days: 1);
        Old(folder, "carrera-20200101.log", days: 3);
        Old(folder, "carrera-20200102.log", days: 2);

        new LogRetention(folder.Path, ["carrera"], retainedDays: 0, totalBytesLimit: 20, TimeProvider.System).Sweep();

        Assert.Equal(
            ["carrera-20200102.log", "carrera-20200103.log"],
            Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Sweep_NoLimits_KeepsEverything()
    {
        using var folder = new ScratchFolder();
        Old(folder, "carrera-20200101.log", days: 4000);

        new LogRetention(folder.Path, ["carrera"], retainedDays: 0, totalBytesLimit: 0, TimeProvider.System).Sweep();

        Assert.Single(Directory.GetFiles(folder.Path));
    }

    private static void Old(ScratchFolder folder, string name, int days) =>
        File.SetLastWriteTimeUtc(folder.Write(name, "ten bytes\n"), DateTime.UtcNow.AddDays(-days));
}
