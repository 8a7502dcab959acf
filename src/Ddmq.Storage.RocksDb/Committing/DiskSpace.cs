namespace Ddmq.Storage.RocksDb.Committing;

/// <summary>How much room the store's disk has, asked now and then rather than before every batch. Commit thread only.</summary>
internal sealed class DiskSpace(RocksDbStoreOptions options, TimeProvider timeProvider)
{
    private const long BytesBetweenChecks = 1024 * 1024;
    private static readonly TimeSpan TimeBetweenChecks = TimeSpan.FromMilliseconds(200);

    private readonly DriveInfo _drive = new(Path.GetFullPath(options.Path));
    private long _bytesSinceCheck = long.MaxValue;
    private long _checked;

    /// <summary>
    /// Whether the disk has less room than <see cref="RocksDbStoreOptions.MinFreeBytes"/>, as far as a recent look tells.
    /// </summary>
    public bool IsLow(long bytesToWrite)
    {
        if (options.MinFreeBytes == 0)
        {
            return false;
        }

        if (_bytesSinceCheck < BytesBetweenChecks && timeProvider.GetElapsedTime(_checked) < TimeBetweenChecks)
        {
            _bytesSinceCheck += bytesToWrite;
            return false;
        }

        _checked = timeProvider.GetTimestamp();
        _bytesSinceCheck = bytesToWrite;
        return !HasRoom(0);
    }

    /// <summary>Whether that much fits besides what must stay free. True when the system does not say: then writing will tell.</summary>
    public bool HasRoom(long bytes)
    {
        try
        {
            return _drive.AvailableFreeSpace - options.MinFreeBytes >= bytes;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <summary>Bytes of the logs that a reopening writes again, as tables.</summary>
    public long LogBytes()
    {
        try
        {
            return new DirectoryInfo(options.Path).EnumerateFiles("*.log").Sum(file => file.Length);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
