using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Ddmq.Thrift.Protocol;

/// <summary>
/// A byte array that grows as it is written to; one or more frames on their way out. Not thread-safe.
/// Small arrays are its own and are kept by <see cref="Reset"/>; larger ones are borrowed from the shared pool and go
/// back there, so that one large reply does not stay with a connection for good. An instance that is dropped without
/// a <see cref="Reset"/> costs the pool an array and nothing else.
/// </summary>
public sealed class ThriftBuffer : IBufferWriter<byte>
{
    /// <summary>The length of the number before each frame.</summary>
    public const int FramePrefixLength = sizeof(int);

    // A reply is some 40 bytes, a call a few hundred. 4 KiB is the most a resting buffer holds.
    private const int FirstSize = 256;
    private const int LargestKept = 4096;

    private byte[] _bytes;
    private int _length;
    private int _frameStart;

    /// <summary>An empty buffer.</summary>
    public ThriftBuffer() => _bytes = [];

    /// <summary>The number of bytes written.</summary>
    public int Length => _length;

    /// <summary>What has been written; valid until the next write or reset.</summary>
    public ReadOnlySpan<byte> WrittenSpan => _bytes.AsSpan(0, _length);

    /// <summary>What has been written; valid until the next write or reset.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, _length);

    /// <summary>The written byte at that index, to be read or patched; valid until the next write or reset.</summary>
    public ref byte this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)_length);
            return ref _bytes[index];
        }
    }

    /// <summary>Leaves room for a frame's length. Frames follow each other in one buffer but do not nest.</summary>
    public void BeginFrame()
    {
        _frameStart = _length;
        Take(FramePrefixLength).Clear();
    }

    /// <summary>Writes the length of what came since <see cref="BeginFrame"/> in front of it.</summary>
    public void EndFrame()
    {
        int length = _length - _frameStart - FramePrefixLength;
        BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(_frameStart), length);
    }

    /// <summary>Forgets what was written since <see cref="BeginFrame"/>, the room for its length included.</summary>
    public void AbandonFrame() => _length = _frameStart;

    /// <summary>Forgets everything written and gives back a large array.</summary>
    public void Reset()
    {
        _length = 0;
        _frameStart = 0;
        if (_bytes.Length > LargestKept)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = [];
        }
    }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _bytes.Length - _length);
        _length += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        EnsureFree(Math.Max(sizeHint, 1));
        return _bytes.AsMemory(_length);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        EnsureFree(Math.Max(sizeHint, 1));
        return _bytes.AsSpan(_length);
    }

    /// <summary>Appends <paramref name="count"/> bytes, which the caller must fill.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Span<byte> Take(int count)
    {
        EnsureFree(count);
        Span<byte> taken = _bytes.AsSpan(_length, count);
        _length += count;
        return taken;
    }

    /// <summary>Appends one byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Add(byte value)
    {
        byte[] bytes = _bytes;
        int length = _length;
        if ((uint)length < (uint)bytes.Length)
        {
            bytes[length] = value;
            _length = length + 1;
            return;
        }

        Take(1)[0] = value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EnsureFree(int count)
    {
        if (_bytes.Length - _length < count)
        {
            Grow(count);
        }
    }

    private void Grow(int count)
    {
        long needed = (long)_length + count;
        if (needed > Array.MaxLength)
        {
            throw new InvalidOperationException($"A buffer of {needed} bytes; the largest possible is {Array.MaxLength}.");
        }

        int size = (int)Math.Min(Math.Max(needed, Math.Max(FirstSize, 2L * _bytes.Length)), Array.MaxLength);
        byte[] larger = size <= LargestKept ? new byte[size] : ArrayPool<byte>.Shared.Rent(size);
        _bytes.AsSpan(0, _length).CopyTo(larger);
        if (_bytes.Length > LargestKept)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = larger;
    }
}
