using System.Numerics;

namespace Ddmq.Thrift.Server;

/// <summary>
/// Memory of frames too large to be kept with each place of each connection. Under load thousands of them are held at a time and each is held for
/// milliseconds, more than <see cref="System.Buffers.ArrayPool{T}"/> keeps; without a pool each would be garbage that has lived long enough to be expensive.
/// Sizes go up by steps of a half and a third (8, 12, 16, 24 KiB). Thread-safe.
/// </summary>
internal sealed class FramePool
{
    /// <summary>The smallest size, in bytes.</summary>
    public const int MinSize = 8 * 1024;

    /// <summary>The largest size kept, in bytes; larger arrays are made for their frame and left to the garbage collector.</summary>
    public const int MaxSize = 1024 * 1024;

    /// <summary>Bytes that the pool keeps at most; a burst's memory beyond that is given up.</summary>
    public const long MaxKeptBytes = 64 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly Stack<byte[]>[] _free = new Stack<byte[]>[IndexOf(MaxSize) + 1];
    private long _keptBytes;

    public FramePool()
    {
        for (int i = 0; i < _free.Length; i++)
        {
            _free[i] = new Stack<byte[]>();
        }
    }

    /// <summary>Bytes that wait to be used again.</summary>
    public long KeptBytes => Volatile.Read(ref _keptBytes);

    /// <summary>An array of at least <paramref name="length"/> bytes, with anything in it.</summary>
    public byte[] Rent(int length)
    {
        if (length > MaxSize)
        {
            return GC.AllocateUninitializedArray<byte>(length);
        }

        int index = IndexOf(length);
        lock (_lock)
        {
            if (_free[index].TryPop(out byte[]? array))
            {
                Volatile.Write(ref _keptBytes, _keptBytes - array.Length);
                return array;
            }
        }

        return GC.AllocateUninitializedArray<byte>(SizeOf(index));
    }

    /// <summary>Takes back what <see cref="Rent"/> gave out. Nobody may use it any more.</summary>
    public void Return(byte[] array)
    {
        if (array.Length > MaxSize)
        {
            return;
        }

        lock (_lock)
        {
            if (_keptBytes + array.Length <= MaxKeptBytes)
            {
                _free[IndexOf(array.Length)].Push(array);
                Volatile.Write(ref _keptBytes, _keptBytes + array.Length);
            }
        }
    }

    /// <summary>Even numbers are powers of two times <see cref="MinSize"/>, odd ones half as much again.</summary>
    private static int IndexOf(int length)
    {
        if (length <= MinSize)
        {
            return 0;
        }

        int power = BitOperations.Log2((uint)(length - 1) / MinSize);
        return (2 * power) + (length <= (MinSize << power) * 3L / 2 ? 1 : 2);
    }

    private static int SizeOf(int index) => (MinSize << (index / 2)) * (index % 2 == 0 ? 2 : 3) / 2;
}
