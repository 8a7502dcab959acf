using Ddmq.Storage.RocksDb.Native;

namespace Ddmq.Storage.RocksDb.Engine;

/// <summary>Changes that are written as one. Reusable after <see cref="Clear"/>, which keeps its memory. Not thread-safe.</summary>
internal sealed unsafe class WriteBatch : IDisposable
{
    /// <summary>The native batch.</summary>
    public WriteBatchHandle Handle { get; } = RocksDbNative.WriteBatchCreate();

    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        fixed (byte* keyPointer = key, valuePointer = value)
        {
            RocksDbNative.WriteBatchPut(Handle, keyPointer, (nuint)key.Length, valuePointer, (nuint)value.Length);
        }
    }

    /// <summary>Puts a value that lies in two places without bringing them together first.</summary>
    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> valueStart, ReadOnlySpan<byte> valueEnd)
    {
        fixed (byte* keyPointer = key, startPointer = valueStart, endPointer = valueEnd)
        {
            byte* keys = keyPointer;
            nuint keyLength = (nuint)key.Length;
            byte** values = stackalloc byte*[2] { startPointer, endPointer };
            nuint* lengths = stackalloc nuint[2] { (nuint)valueStart.Length, (nuint)valueEnd.Length };
            RocksDbNative.WriteBatchPutParts(Handle, 1, &keys, &keyLength, 2, values, lengths);
        }
    }

    /// <summary>Deletes every key from <paramref name="start"/> up to, not including, <paramref name="limit"/>.</summary>
    public void DeleteRange(ReadOnlySpan<byte> start, ReadOnlySpan<byte> limit)
    {
        fixed (byte* startPointer = start, limitPointer = limit)
        {
            RocksDbNative.WriteBatchDeleteRange(Handle, startPointer, (nuint)start.Length, limitPointer, (nuint)limit.Length);
        }
    }

    public void Clear() => RocksDbNative.WriteBatchClear(Handle);

    public void Dispose() => Handle.Dispose();
}
