using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Ddmq.Core.Diagnostics.Recording;

/// <summary>
/// A key as the recorder keeps it: whole up to <see cref="KeptBytes"/> bytes; the beginning of a longer one, with its length and a hash of all
/// of it, so that it is still found by the whole key. Two keys that differ only behind the beginning are taken for one with a probability of 2^-32.
/// </summary>
internal struct RecordedKey
{
    /// <summary>Bytes of a key that are kept.</summary>
    public const int KeptBytes = 38;

    private const ushort Absent = ushort.MaxValue;

    private int _hash;
    private ushort _length;
    private Bytes _bytes;

    /// <summary>Whether there was a key.</summary>
    public readonly bool IsPresent => _length != Absent;

    /// <summary>Bytes of the whole key.</summary>
    public readonly int Length => IsPresent ? _length : 0;

    /// <summary>The key, or its beginning.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Kept => ((ReadOnlySpan<byte>)_bytes)[..Math.Min(Length, KeptBytes)];

    /// <summary>Takes a key; null for none.</summary>
    public void Set(ReadOnlyMemory<byte>? key)
    {
        if (key is not { } present)
        {
            _length = Absent;
            return;
        }

        ReadOnlySpan<byte> span = present.Span;
        _length = (ushort)Math.Min(span.Length, Absent - 1); // the rules allow 765 bytes; what breaks them is recorded as refused
        _hash = span.Length > KeptBytes ? Hash(span) : 0;
        span[..Math.Min(span.Length, KeptBytes)].CopyTo(_bytes);
    }

    /// <summary>Whether this is what is kept of that key.</summary>
    public readonly bool Is(ReadOnlySpan<byte> key) =>
        IsPresent && _length == Math.Min(key.Length, Absent - 1) && key.StartsWith(Kept) && (key.Length <= KeptBytes || _hash == Hash(key));

    private static int Hash(ReadOnlySpan<byte> key)
    {
        var hash = default(HashCode);
        hash.AddBytes(key);
        return hash.ToHashCode();
    }

    [InlineArray(KeptBytes)]
    private struct Bytes
    {
        private byte _first;
    }
}
