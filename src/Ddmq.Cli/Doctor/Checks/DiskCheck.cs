using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Ddmq.Cli.Native;
using Ddmq.Storage.RocksDb;

namespace Ddmq.Cli.Doctor.Checks;

/// <summary>The folders that the proxy writes to: may it, is there room, how long does fdatasync take.</summary>
internal static class DiskCheck
{
    private const long WarnBelowBytes = 1L << 30;
    private const int Writes = 9;
    private const int WriteBytes = 4096;

    // An SDK gives a message 50 ms unless told otherwise: beyond a fifth of that for one fdatasync a busy moment is a timeout.
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(10);

    /// <summary>Writes a small file to each folder, or to the nearest one above it that exists, and removes it.</summary>
    public static IReadOnlyList<CheckResult> Run(Examination examination) =>
    [
        Examine("data folder", "ddmq.store.path", examination.Folder(examination.Options.Ddmq.Store.Path), isSynced: true),
        Examine("logs folder", "ddmq.logs.path", examination.Folder(examination.Options.Ddmq.Logs.Path), isSynced: false),
        .. MaySpool(examination)
            ? [Examine("spool folder", "ddmq.spool.path", examination.Folder(examination.Options.Ddmq.Spool.Path), isSynced: true)]
            : Array.Empty<CheckResult>(),
        .. examination.Options.UsesZooKeeper
            ? [Examine("conf folder", "ddmq.zookeeper.cachePath", examination.Folder(examination.Options.Ddmq.Zookeeper.CachePath), isSynced: false)]
            : Array.Empty<CheckResult>(),
    ];

    internal static CheckResult Examine(string check, string setting, string folder, bool isSynced)
    {
        try
        {
            string existing = NearestExisting(folder);
            TimeSpan? sync = Write(existing, isSynced);
            long free = new DriveInfo(existing).AvailableFreeSpace;
            string room = string.Create(CultureInfo.InvariantCulture, $"{free / (double)(1 << 30):F1} GiB free");
            string found = $"{folder}{(existing == folder ? "" : " (made at the start)")}: {room}"
                + (sync is { } time ? string.Create(CultureInfo.InvariantCulture, $", fdatasync {time.TotalMilliseconds:F1} ms") : "");
            return free < new RocksDbStoreOptions { Path = folder }.MinFreeBytes ? CheckResult.Fail(check, found, $"make room: du -xh {existing} | sort -h | tail; or another {setting}")
                : free < WarnBelowBytes ? CheckResult.Warn(check, found, $"make room, or another {setting}; ddmq.store.retentionHours and ddmq.logs.totalBytesLimit bound what is kept")
                : sync > Slow ? CheckResult.Warn(check, found + ", which is slow: a message waits for it", $"a faster disk for {setting}, or longer timeouts in the clients")
                : CheckResult.Ok(check, found);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or Win32Exception)
        {
            return CheckResult.Fail(check, $"{folder} cannot be written: {exception.Message}", $"chown it to the user that runs the proxy, or another {setting}");
        }
    }

    // The proxy makes the folder when a topic may need it; topics' nodes can say so too.
    private static bool MaySpool(Examination examination) =>
        Directory.Exists(examination.Folder(examination.Options.Ddmq.Spool.Path))
        || examination.Options.Ddmq.Topics.Values.Any(topic => topic.Durability == "spool-on-failure")
        || examination.Options.DefaultTopicInfoConf.Topics.Any(topic => topic.Durability == "spool-on-failure");

    private static string NearestExisting(string folder) =>
        Path.Exists(folder) || Path.GetDirectoryName(folder) is not { } parent ? folder : NearestExisting(parent);

    /// <summary>The median time of fdatasync after a small write; null when it is not asked for.</summary>
    private static TimeSpan? Write(string folder, bool isSynced)
    {
        string path = Path.Combine(folder, $".ddmq-doctor-{Guid.NewGuid():N}");
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
        var times = new List<TimeSpan>();
        for (int i = 0; i < (isSynced ? Writes : 1); i++)
        {
            file.Write(new byte[WriteBytes]);
            if (isSynced)
            {
                long began = Stopwatch.GetTimestamp();
                DataSync.Flush(file.SafeFileHandle);
                times.Add(Stopwatch.GetElapsedTime(began));
            }
        }

        return isSynced ? times.Order().ElementAt(times.Count / 2) : null;
    }
}
