using System.Text;
using Ddmq.Storage.RocksDb.Native;

namespace Ddmq.Storage.RocksDb.Engine;

/// <summary>
/// One opened RocksDB: what the store needs of it, in spans and exceptions instead of pointers and texts.
/// <para>
/// Thread-safe, except that <see cref="Dispose"/> must not run beside anything else; <see cref="StoreAccess"/> sees to that.
/// </para>
/// </summary>
internal sealed unsafe class Database : IDisposable
{
    private readonly string _path;
    private readonly DatabaseHandle _handle;
    private readonly WriteOptionsHandle _durable;
    private readonly WriteOptionsHandle _buffered;
    private readonly ReadOptionsHandle _cached;
    private readonly ReadOptionsHandle _scan;
    private readonly CompactOptionsHandle _compact;

    private Database(string path, DatabaseHandle handle)
    {
        _path = path;
        _handle = handle;
        _durable = RocksDbNative.WriteOptionsCreate();
        RocksDbNative.WriteOptionsSetSync(_durable, 1);
        _buffered = RocksDbNative.WriteOptionsCreate();

        // Readers never look below a partition's first offset, and only what lies below it is range-deleted. So they
        // need not pay for looking through the deletions.
        _cached = RocksDbNative.ReadOptionsCreate();
        RocksDbNative.ReadOptionsSetIgnoreRangeDeletions(_cached, 1);
        _scan = RocksDbNative.ReadOptionsCreate();
        RocksDbNative.ReadOptionsSetIgnoreRangeDeletions(_scan, 1);
        RocksDbNative.ReadOptionsSetFillCache(_scan, 0);
        _compact = RocksDbNative.CompactOptionsCreate();
        RocksDbNative.CompactOptionsSetExclusiveManualCompaction(_compact, 0);
    }

    /// <summary>Opens or creates the database in the options' folder, which exists.</summary>
    /// <exception cref="RocksDbStoreException">It cannot be opened; the message says why and what helps.</exception>
    public static Database Open(RocksDbStoreOptions options)
    {
        using OptionsHandle native = DatabaseTuning.Create(options);
        byte* error = null;
        DatabaseHandle handle;
        fixed (byte* path = Encoding.UTF8.GetBytes(options.Path + '\0'))
        {
            handle = RocksDbNative.Open(native, path, &error);
        }

        if (TakeError(error) is { } status)
        {
            handle.Dispose();
            throw RocksDbErrors.OpenFailed(options.Path, status);
        }

        return new Database(options.Path, handle);
    }

    /// <summary>
    /// Writes the batch as one: all of it or nothing, now and after a crash. Returns after fdatasync.
    /// </summary>
    /// <returns>Null, or RocksDB's status. A batch that failed may be there after the next opening.</returns>
    public string? TryWrite(WriteBatch batch) => TryWrite(batch, _durable);

    /// <summary>As <see cref="TryWrite(WriteBatch)"/>, without fdatasync: survives a crash of the process, not of the machine.</summary>
    public string? TryWriteBuffered(WriteBatch batch) => TryWrite(batch, _buffered);

    /// <summary>The value of a key, null when there is none.</summary>
    public byte[]? Get(ReadOnlySpan<byte> key)
    {
        byte* error = null;
        nuint length;
        byte* value;
        fixed (byte* keyPointer = key)
        {
            value = RocksDbNative.Get(_handle, _cached, keyPointer, (nuint)key.Length, &length, &error);
        }

        ThrowIfError(error);
        if (value == null)
        {
            return null;
        }

        byte[] copy = new ReadOnlySpan<byte>(value, checked((int)length)).ToArray();
        RocksDbNative.Free(value);
        return copy;
    }

    /// <summary>A cursor over the keys as they are now. To be disposed before the database.</summary>
    /// <param name="scan">The blocks read are not worth caching.</param>
    public Cursor OpenCursor(bool scan) => new(_path, RocksDbNative.IteratorCreate(_handle, scan ? _scan : _cached));

    /// <summary>Drops the data files that lie wholly within the range, at once. What is in the range must be deleted already.</summary>
    public void DeleteFilesInRange(ReadOnlySpan<byte> start, ReadOnlySpan<byte> limit)
    {
        byte* error = null;
        fixed (byte* startPointer = start, limitPointer = limit)
        {
            RocksDbNative.DeleteFilesInRange(_handle, startPointer, (nuint)start.Length, limitPointer, (nuint)limit.Length, &error);
        }

        ThrowIfError(error);
    }

    /// <summary>Rewrites the files that overlap the range without what is deleted. Takes as long as it takes.</summary>
    public void Compact(ReadOnlySpan<byte> start, ReadOnlySpan<byte> limit)
    {
        fixed (byte* startPointer = start, limitPointer = limit)
        {
            RocksDbNative.CompactRange(_handle, _compact, startPointer, (nuint)start.Length, limitPointer, (nuint)limit.Length);
        }
    }

    /// <summary>Makes a <see cref="Compact"/> under way return early, and later ones at once.</summary>
    public void StopCompacting() => RocksDbNative.DisableManualCompaction(_handle);

    public void Dispose()
    {
        _handle.Dispose();
        _durable.Dispose();
        _buffered.Dispose();
        _cached.Dispose();
        _scan.Dispose();
        _compact.Dispose();
    }

    /// <summary>The text behind an error pointer, which is given back; null for none.</summary>
    internal static string? TakeError(byte* error)
    {
        if (error == null)
        {
            return null;
        }

        string text = Encoding.UTF8.GetString(System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpanFromNullTerminated(error));
        RocksDbNative.Free(error);
        return text;
    }

    private string? TryWrite(WriteBatch batch, WriteOptionsHandle options)
    {
        byte* error = null;
        RocksDbNative.Write(_handle, options, batch.Handle, &error);
        return TakeError(error);
    }

    private void ThrowIfError(byte* error)
    {
        if (TakeError(error) is { } status)
        {
            throw RocksDbErrors.ReadFailed(_path, status);
        }
    }
}
