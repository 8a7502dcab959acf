namespace Ddmq.Storage.RocksDb.Engine;

/// <summary>
/// RocksDB's failures, sorted, and said in an operator's words. The C API gives no codes, only the text of a status: the name of
/// its code, then that of its reason. Both are constants of RocksDB, so telling them apart by text is safe for one version.
/// </summary>
internal static class RocksDbErrors
{
    private static readonly (string Text, RocksDbErrorKind Kind)[] Table =
    [
        ("No space left on device", RocksDbErrorKind.DiskFull),
        ("Space limit reached", RocksDbErrorKind.DiskFull),
        ("While lock file", RocksDbErrorKind.Locked),
        ("lock hold by current process", RocksDbErrorKind.Locked),
        ("Corruption", RocksDbErrorKind.Corruption),
        ("checksum mismatch", RocksDbErrorKind.Corruption),
        ("Invalid argument", RocksDbErrorKind.Incompatible),
        ("Not implemented", RocksDbErrorKind.Incompatible),
    ];

    /// <summary>What kind of failure that status is; <see cref="RocksDbErrorKind.Io"/> when nothing better is known.</summary>
    public static RocksDbErrorKind Classify(string status)
    {
        foreach ((string text, RocksDbErrorKind kind) in Table)
        {
            if (status.Contains(text, StringComparison.Ordinal))
            {
                return kind;
            }
        }

        return RocksDbErrorKind.Io;
    }

    /// <summary>Why the store at <paramref name="path"/> does not open, and what helps.</summary>
    public static RocksDbStoreException OpenFailed(string path, string status) => new(Classify(status) switch
    {
        RocksDbErrorKind.Locked =>
            $"The store {path} is in use by another process. Stop that one (fuser {path}/LOCK shows its pid), or give each its own " +
            $"folder. RocksDB says: {status}",
        RocksDbErrorKind.DiskFull =>
            $"The store {path} cannot be opened because its disk is full. Make room and start again. RocksDB says: {status}",
        RocksDbErrorKind.Corruption =>
            $"The store {path} is damaged. Check the disk, then restore the folder from a backup. When only a .log file is damaged, the " +
            $"option {nameof(RocksDbStoreOptions.DropDamagedLog)} opens the store without the messages behind the damage. " +
            $"RocksDB says: {status}",
        RocksDbErrorKind.Incompatible =>
            $"The store {path} was written by another version of RocksDB, or with other settings, than this program can open. Use the " +
            $"version that wrote it, or another folder. RocksDB says: {status}",
        _ => $"The store {path} cannot be opened. Check the folder's permissions and its disk. RocksDB says: {status}",
    });

    /// <summary>Why the store at <paramref name="path"/> takes no messages for now, and what helps.</summary>
    public static string WriteFailed(string path, string status) => Classify(status) switch
    {
        RocksDbErrorKind.DiskFull =>
            $"The disk of the store {path} is full: no messages are taken until there is room. Make room; the store goes on by itself.",
        RocksDbErrorKind.Corruption =>
            $"The store {path} is damaged: no messages are taken. Check the disk. RocksDB says: {status}",
        _ => $"The store {path} cannot be written: no messages are taken until it can be reopened, which is tried again and again. " +
            $"RocksDB says: {status}",
    };

    /// <summary>Reading failed.</summary>
    public static RocksDbStoreException ReadFailed(string path, string status) =>
        new($"The store {path} cannot be read. Check the disk. RocksDB says: {status}");

    /// <summary>Something in the store is not what this program writes.</summary>
    public static RocksDbStoreException Malformed(string path, string what) =>
        new($"The store {path} is damaged: {what}. Check the disk, then restore the folder from a backup.");
}
