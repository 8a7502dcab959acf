using System.Globalization;
using Ddmq.Storage.RocksDb.Native;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocksDb;

public sealed class ThreadSliceTests
{
    private const string Report = "/proc/thread-self/sched";

    [Fact]
    public void TryShorten_OrdinaryThread_TurnsAreShortAndThePriorityStays()
    {
        Dictionary<string, long> before = [];
        Dictionary<string, long> after = [];
        bool isTaken = false;
        var thread = new Thread(() =>
        {
            before = Scheduling();
            isTaken = ThreadSlice.TryShorten();
            after = Scheduling();
        });
        thread.Start();
        thread.Join();

        Assert.True(isTaken);
        Assert.Equal((before.GetValueOrDefault("policy"), before.GetValueOrDefault("prio")), (after.GetValueOrDefault("policy"), after.GetValueOrDefault("prio")));

        // Kernels that have no such thing do not say, and some say nothing at all.
        if (after.TryGetValue("se.slice", out long slice))
        {
            Assert.Equal(100_000, slice);
        }
    }

    // name   :   value
    private static Dictionary<string, long> Scheduling() => (File.Exists(Report) ? File.ReadLines(Report) : [])
        .Select(line => line.Split(':', StringSplitOptions.TrimEntries))
        .Where(parts => parts is ["policy" or "prio" or "se.slice", _])
        .ToDictionary(parts => parts[0], parts => long.Parse(parts[1], CultureInfo.InvariantCulture));
}
