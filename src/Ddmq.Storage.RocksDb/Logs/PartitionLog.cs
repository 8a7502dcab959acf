using Ddmq.Storage.RocksDb.Engine;
using Ddmq.Storage.RocksDb.Format;

namespace Ddmq.Storage.RocksDb.Logs;

/// <summary>
/// Where one partition begins and ends. Offsets <c>FirstOffset</c> up to, not including, <c>NextOffset</c> are stored, durable and
/// visible. Byte positions count the records' bytes since the partition's beginning.
/// <para>
/// Any thread may read the properties, after <see cref="EnsureLoaded"/>. The commit thread alone appends
/// (<see cref="NextPlace"/>, <see cref="Extend"/>, then <see cref="Publish"/> or <see cref="Rollback"/>); retention alone moves the beginning
/// (<see cref="Cut"/>).
/// </para>
/// </summary>
internal sealed class PartitionLog(uint id, int number)
{
    private readonly Lock _loading = new();
    private volatile bool _loaded;
    private long _firstOffset;
    private long _firstPosition;
    private long _nextOffset;
    private long _endPosition;
    private long _lastStoreUnixMs;

    // What the batch being built would make of the end. Commit thread only.
    private long _reservedOffset;
    private long _reservedPosition;
    private long _reservedStoreUnixMs;

    /// <summary>Identifies the partition in the keys.</summary>
    public uint Id { get; } = id;

    /// <summary>Its number within the topic.</summary>
    public int Number { get; } = number;

    public long FirstOffset => Volatile.Read(ref _firstOffset);

    public long NextOffset => Volatile.Read(ref _nextOffset);

    public long FirstPosition => Volatile.Read(ref _firstPosition);

    public long EndPosition => Volatile.Read(ref _endPosition);

    public long LastStoreUnixMs => Volatile.Read(ref _lastStoreUnixMs);

    /// <summary>The store time of the first record, when known; retention keeps it here. 0 when not known.</summary>
    public long FirstStoreUnixMs { get; set; }

    /// <summary>Bytes cut since files were last rewritten; retention keeps it here.</summary>
    public long CutBytes { get; set; }

    /// <summary>The commit thread is building a batch with records of this partition.</summary>
    public bool IsReserved { get; private set; }

    /// <summary>A partition just created has nothing to load.</summary>
    public void LoadEmpty() => _loaded = true;

    /// <summary>
    /// Reads beginning and end from the store, the first time. Only then, because opening a store with thousands of
    /// partitions must not cost a disk access for each.
    /// </summary>
    /// <exception cref="RocksDbStoreException">The store cannot be read or is damaged.</exception>
    public void EnsureLoaded(string path, Database database)
    {
        if (_loaded)
        {
            return;
        }

        lock (_loading)
        {
            if (!_loaded)
            {
                Load(path, database);
                _loaded = true;
            }
        }
    }

    /// <summary>Where the next record of the batch being built goes; it is taken by <see cref="Extend"/>.</summary>
    public RecordPlace NextPlace(long storeUnixMs)
    {
        if (!IsReserved)
        {
            _reservedOffset = _nextOffset;
            _reservedPosition = _endPosition;
            _reservedStoreUnixMs = _lastStoreUnixMs;
        }

        // The clock may have been set back; times within a partition must not be, see RecordHeader.
        return new RecordPlace(_reservedOffset, _reservedPosition, Math.Max(_reservedStoreUnixMs, storeUnixMs));
    }

    /// <summary>The record of that length is in the batch at that place, which <see cref="NextPlace"/> gave.</summary>
    public void Extend(in RecordPlace place, int recordLength)
    {
        IsReserved = true;
        _reservedOffset = place.Offset + 1;
        _reservedPosition = place.Position + recordLength;
        _reservedStoreUnixMs = place.StoreUnixMs;
    }

    /// <summary>The batch is on the disk: its records become visible.</summary>
    public void Publish()
    {
        IsReserved = false;
        Volatile.Write(ref _lastStoreUnixMs, _reservedStoreUnixMs);
        Volatile.Write(ref _endPosition, _reservedPosition);
        Volatile.Write(ref _nextOffset, _reservedOffset);
    }

    /// <summary>The batch was not written: its offsets are free again.</summary>
    public void Rollback() => IsReserved = false;

    /// <summary>Moves the beginning to <paramref name="offset"/>.</summary>
    public void Cut(long offset, long position)
    {
        CutBytes += position - _firstPosition;
        FirstStoreUnixMs = 0;
        Volatile.Write(ref _firstPosition, position);
        Volatile.Write(ref _firstOffset, offset);
    }

    private void Load(string path, Database database)
    {
        Span<byte> key = stackalloc byte[StoreKeys.RecordLength];
        Span<byte> headKey = key[..StoreKeys.HeadLength];
        StoreKeys.WriteHead(headKey, Id);
        HeadValue head = default;
        if (database.Get(headKey) is { } value && !HeadValue.TryRead(value, out head))
        {
            throw RocksDbErrors.Malformed(path, $"the head of partition id {Id} is malformed");
        }

        _firstOffset = _nextOffset = head.FirstOffset;
        _firstPosition = _endPosition = head.Position;
        _lastStoreUnixMs = head.LastStoreUnixMs;

        using Cursor cursor = database.OpenCursor(scan: false);
        StoreKeys.WriteRecord(key, Id, long.MaxValue);
        if (cursor.SeekForPrevious(key) && StoreKeys.TryReadOffset(cursor.Key, Id, out long last) && last >= head.FirstOffset)
        {
            if (!RecordCodec.TryReadHeader(cursor.Value, out RecordHeader header))
            {
                throw RocksDbErrors.Malformed(path, $"the record at offset {last} of partition id {Id} is malformed");
            }

            _nextOffset = last + 1;
            _endPosition = header.Position + cursor.Value.Length;
            _lastStoreUnixMs = Math.Max(_lastStoreUnixMs, header.StoreUnixMs);
        }
    }
}
