namespace Ddmq.Thrift.Protocol;

/// <summary>
/// A list of structs, made to be filled again and again: <see cref="Clear"/> keeps up to 256 of the elements for the
/// next use. Not thread-safe.
/// </summary>
/// <typeparam name="T">The struct's class.</typeparam>
public sealed class ThriftList<T>
    where T : class, IThriftStruct, new()
{
    private const int LargestKept = 256;

    // Elements at Count and beyond are spare: cleared, and handed out again by Add.
    private T?[] _items = [];

    /// <summary>The number of elements.</summary>
    public int Count { get; private set; }

    /// <summary>The element at that index. It belongs to the list and is used again after <see cref="Clear"/>.</summary>
    public T this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count);
            return _items[index]!;
        }
    }

    /// <summary>Appends an element at its defaults, and returns it to be filled.</summary>
    public T Add()
    {
        EnsureFree();
        return _items[Count++] ??= new T();
    }

    /// <summary>Appends an element that from now on belongs to the list, <see cref="Clear"/> included.</summary>
    public void Add(T item)
    {
        EnsureFree();
        _items[Count++] = item;
    }

    /// <summary>Removes all elements.</summary>
    public void Clear()
    {
        if (_items.Length > LargestKept)
        {
            Array.Resize(ref _items, LargestKept);
            Count = Math.Min(Count, LargestKept);
        }

        for (int i = 0; i < Count; i++)
        {
            _items[i]!.Clear();
        }

        Count = 0;
    }

    // Grows with what is really there, never by what a peer announces.
    private void EnsureFree()
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Math.Max(4, _items.Length * 2));
        }
    }
}
