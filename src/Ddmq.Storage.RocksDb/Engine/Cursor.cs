using Ddmq.Storage.RocksDb.Native;

namespace Ddmq.Storage.RocksDb.Engine;

/// <summary>A place among the keys of a <see cref="Database"/>, seeing it as it was when the cursor was opened. Not thread-safe.</summary>
internal sealed unsafe class Cursor(string path, IteratorHandle iterator) : IDisposable
{
    /// <summary>Valid until the cursor moves.</summary>
    public ReadOnlySpan<byte> Key
    {
        get
        {
            nuint length;
            byte* key = RocksDbNative.IteratorKey(iterator, &length);
            return new ReadOnlySpan<byte>(key, checked((int)length));
        }
    }

    /// <summary>Valid until the cursor moves.</summary>
    public ReadOnlySpan<byte> Value
    {
        get
        {
            nuint length;
            byte* value = RocksDbNative.IteratorValue(iterator, &length);
            return new ReadOnlySpan<byte>(value, checked((int)length));
        }
    }

    /// <summary>Goes to the first key that is not below <paramref name="key"/>; false when there is none.</summary>
    public bool Seek(ReadOnlySpan<byte> key)
    {
        fixed (byte* keyPointer = key)
        {
            RocksDbNative.IteratorSeek(iterator, keyPointer, (nuint)key.Length);
        }

        return IsValid();
    }

    /// <summary>Goes to the last key that is not above <paramref name="key"/>; false when there is none.</summary>
    public bool SeekForPrevious(ReadOnlySpan<byte> key)
    {
        fixed (byte* keyPointer = key)
        {
            RocksDbNative.IteratorSeekForPrevious(iterator, keyPointer, (nuint)key.Length);
        }

        return IsValid();
    }

    /// <summary>Goes to the next key; false when there is none. Only after a move that was true.</summary>
    public bool Next()
    {
        RocksDbNative.IteratorNext(iterator);
        return IsValid();
    }

    public void Dispose() => iterator.Dispose();

    private bool IsValid()
    {
        if (RocksDbNative.IteratorValid(iterator) != 0)
        {
            return true;
        }

        // Not valid is either the end or a failure to read; taking the second for the first would hide messages.
        byte* error = null;
        RocksDbNative.IteratorError(iterator, &error);
        if (Database.TakeError(error) is { } status)
        {
            throw RocksDbErrors.ReadFailed(path, status);
        }

        return false;
    }
}
