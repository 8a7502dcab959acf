using System.Runtime.InteropServices;

namespace Ddmq.Core.Limits;

/// <summary>
/// Bytes of one topic's messages between admitted and settled, also of those that a deadline has answered while their store still holds
/// them. Bounded, so that a topic whose broker hangs leaves the others their share of the node's memory. Thread-safe, one interlocked add per
/// event, on a cache line of its own.
/// </summary>
/// <param name="owner">Whose, for texts.</param>
/// <param name="max">The bound, above 0.</param>
public sealed class InFlightBytes(string owner, long max)
{
    private Counters _counters;
    private string? _text;

    /// <summary>The bound.</summary>
    public long Max { get; } = max;

    /// <summary>Bytes now.</summary>
    public long Current => Volatile.Read(ref _counters.Bytes);

    /// <summary>Messages refused because of the bound.</summary>
    public long Refused => Volatile.Read(ref _counters.Refused);

    /// <summary>The refusal, which does not change.</summary>
    internal string Text => _text ??= $"{owner} would have more than {Max} bytes in flight (ddmq.send.maxBytesInFlightPerTopic), try again when its store has settled messages";

    /// <summary>Adds bytes unless that goes over the bound. What is larger than the bound is let in alone.</summary>
    internal bool TryAdd(long bytes)
    {
        long after = Interlocked.Add(ref _counters.Bytes, bytes);
        if (after <= Max || after == bytes)
        {
            return true;
        }

        Remove(bytes);
        return false;
    }

    internal void Remove(long bytes) => Interlocked.Add(ref _counters.Bytes, -bytes);

    internal void CountRefused(int messages) => Interlocked.Add(ref _counters.Refused, messages);

    // A cache line before and behind: processors fetch lines in pairs.
    [StructLayout(LayoutKind.Explicit, Size = 192)]
    private struct Counters
    {
        [FieldOffset(64)]
        public long Bytes;

        [FieldOffset(72)]
        public long Refused;
    }
}
