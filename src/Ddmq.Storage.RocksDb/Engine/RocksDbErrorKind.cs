namespace Ddmq.Storage.RocksDb.Engine;

/// <summary>What went wrong, as far as the remedy differs.</summary>
internal enum RocksDbErrorKind
{
    /// <summary>The disk does not do what it is asked; also when nothing better is known.</summary>
    Io,

    /// <summary>No room on the disk, or a quota reached.</summary>
    DiskFull,

    /// <summary>Another process has the store open, or this one twice.</summary>
    Locked,

    /// <summary>Bytes on the disk are not those that were written.</summary>
    Corruption,

    /// <summary>Written with another version or other settings.</summary>
    Incompatible,
}
