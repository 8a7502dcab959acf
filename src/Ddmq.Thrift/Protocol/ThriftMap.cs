namespace Ddmq.Thrift.Protocol;

/// <summary>
/// A map of texts in the order of the wire, made to be filled again and again. Keys are not compared: a key that was
/// sent twice is there twice, and whoever wants a map lets the later one win. Not thread-safe.
/// </summary>
public sealed class ThriftMap
{
    // More pairs than this are rare; their array is not kept for the next message.
    private const int LargestKept = 64;

    private ThriftMapEntry[] _entries = [];

    /// <summary>The number of pairs.</summary>
    public int Count { get; private set; }

    /// <summary>The pairs; valid until the next change.</summary>
    public ReadOnlySpan<ThriftMapEntry> Entries => _entries.AsSpan(0, Count);

    /// <summary>The pair at that index.</summary>
    public ThriftMapEntry this[int index] => Entries[index];

    /// <summary>Appends a pair. The memory is kept by reference.</summary>
    public void Add(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value)
    {
        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, Math.Max(4, _entries.Length * 2));
        }

        _entries[Count++] = new ThriftMapEntry(key, value);
    }

    /// <summary>Removes all pairs, dropping what they refer to.</summary>
    public void Clear()
    {
        if (_entries.Length > LargestKept)
        {
            _entries = [];
        }
        else
        {
            Array.Clear(_entries, 0, Count);
        }

        Count = 0;
    }

    /// <summary>Replaces the contents with a map from the wire.</summary>
    /// <returns>False when the map holds something else than texts; it has been skipped then, like any field of a wrong type.</returns>
    internal bool Read<TReader>(ref TReader reader)
        where TReader : struct, IThriftReader, allows ref struct
    {
        Clear();
        reader.ReadMapBegin(out ThriftType key, out ThriftType value, out int count);
        if (count != 0 && (key != ThriftType.String || value != ThriftType.String))
        {
            ThriftSkip.Pairs(ref reader, key, value, count);
            return false;
        }

        for (int i = 0; i < count; i++)
        {
            ReadOnlyMemory<byte> name = reader.ReadBinary();
            Add(name, reader.ReadBinary());
        }

        return true;
    }

    /// <summary>Writes the map.</summary>
    internal void Write<TWriter>(ref TWriter writer)
        where TWriter : struct, IThriftWriter, allows ref struct
    {
        writer.WriteMapBegin(ThriftType.String, ThriftType.String, Count);
        foreach (ref readonly ThriftMapEntry entry in Entries)
        {
            writer.WriteBinary(entry.Key.Span);
            writer.WriteBinary(entry.Value.Span);
        }
    }
}
