using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using System.Text;
using Ddmq.Core.Messages;

namespace Ddmq.Core.Diagnostics.Recording;

/// <summary>
/// What became of the last messages, in a ring of fixed size, for "where is my message?". A message is written when it is answered, and
/// once more when its store speaks after that. Bodies, tags and properties are not recorded.
/// <para>
/// Thread-safe. Writers allocate nothing for a message that was simply stored, or refused with a text given lately, do not wait for each other or for
/// readers, and leave out an entry rather than wait; readers copy a slot and throw the copy away when it was written meanwhile (<see cref="RecorderSlot"/>).
/// </para>
/// </summary>
public sealed class MessageRecorder
{
    // Refusals say the same again and again: what holds only a text is shared by those with the same string.
    private const int SharedTexts = 64;

    private readonly RecordedDetails?[] _texts = new RecordedDetails?[SharedTexts];
    private readonly RecorderSlot[] _slots;
    private readonly RecorderBlocks _blocks;
    private readonly TimeProvider _time;
    private readonly double _microsecondsPerTick;
    private long _skipped;

    /// <param name="entries">Messages kept, above 0; rounded up to a multiple of 1,024.</param>
    /// <param name="time">The clock of the requests' timestamps.</param>
    public MessageRecorder(int entries, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(entries, 1);
        int slots = (int)Math.Min(((long)entries + RecorderBlocks.Multiple - 1) / RecorderBlocks.Multiple * RecorderBlocks.Multiple, 1 << 30);
        _slots = new RecorderSlot[slots];
        _blocks = new RecorderBlocks(slots, time.GetUtcNow().ToUnixTimeMilliseconds());
        _time = time;
        _microsecondsPerTick = 1e6 / time.TimestampFrequency;
    }

    /// <summary>Messages kept.</summary>
    public int Capacity => _slots.Length;

    /// <summary>Messages left out because another thread was writing to their slot, a whole round of the ring behind or ahead.</summary>
    public long Skipped => Volatile.Read(ref _skipped);

    /// <summary>What was answered since then is all here.</summary>
    public DateTimeOffset CompleteSince => DateTimeOffset.FromUnixTimeMilliseconds(_blocks.CompleteSinceUnixMs);

    /// <summary>The last messages with that key, oldest first.</summary>
    /// <param name="key">The whole key in UTF-8.</param>
    /// <param name="topic">Only those of that topic; null for any.</param>
    /// <param name="limit">At most so many.</param>
    public IReadOnlyList<RecordedMessage> Find(ReadOnlySpan<byte> key, string? topic, int limit)
    {
        // By time, and among messages of one microsecond by their places, from the oldest on.
        var found = new PriorityQueue<RecorderSlot, (long, int)>();
        int head = _blocks.Head;
        for (int i = 0; i < _slots.Length; i++)
        {
            if (TryCopy(ref _slots[(head + i) % _slots.Length], out RecorderSlot copy) && copy.Key.IsPresent && copy.Key.Is(key)
                && (topic is null || topic == (copy.Topic ?? copy.Details?.Topic)))
            {
                found.Enqueue(copy, (AnsweredUnixMicros(copy), i));
                if (found.Count > limit)
                {
                    found.Dequeue();
                }
            }
        }

        var messages = new List<RecordedMessage>(found.Count);
        while (found.TryDequeue(out RecorderSlot slot, out _))
        {
            messages.Add(RecordedMessageReader.Read(slot, _microsecondsPerTick));
        }

        return messages;
    }

    internal void Record(SendRequest request, in SendResult result, long now, bool isLate = false)
    {
        MessageTrace trace = request.Trace;
        uint answered = Micros(now - request.ReceivedTimestamp);
        RecordedDetails? details = DetailsOf(request, trace, result);
        int place = _blocks.Next(request.ReceivedUnixMs + (answered / 1000));
        ref RecorderSlot slot = ref _slots[place];
        FetchAhead(place + 1);
        int version = Volatile.Read(ref slot.Version);
        if ((version & 1) != 0 || Interlocked.CompareExchange(ref slot.Version, version + 1, version) != version)
        {
            Interlocked.Increment(ref _skipped);
            return;
        }

        slot.ReceivedUnixMs = request.ReceivedUnixMs;
        slot.AnsweredMicros = answered;
        slot.HandedOverMicros = trace.HandedOver == 0 ? 0 : Micros(trace.HandedOver - request.ReceivedTimestamp);
        slot.BodyBytes = request.Body.Length;
        slot.Partition = result.Partition;
        slot.Offset = result.Offset;
        slot.BatchSize = (ushort)Math.Min(trace.BatchSize, ushort.MaxValue);
        Set(ref slot.Topic, request.Topic?.Name);
        Set(ref slot.Cluster, request.Cluster?.Name);
        Set(ref slot.Broker, request.LastBroker);
        Set(ref slot.Client, trace.Client);
        Set(ref slot.Details, details);
        slot.Method = request.Method;
        slot.Status = result.Status;
        slot.Stored = result.Stored;
        slot.Limiter = LimiterOf(request, trace, result.Status);
        slot.Flags = (trace.HandedOver != 0 ? RecordedFlags.WasHandedOver : 0) | (trace.IsDuplicate ? RecordedFlags.IsDuplicate : 0)
            | (isLate ? RecordedFlags.IsLate : 0);
        slot.Key.Set(request.Key);
        Volatile.Write(ref slot.Version, version + 2);
    }

    // The ring is larger than a processor's cache: this thread's next slot is on its way into it while other work is done.
    private unsafe void FetchAhead(int place)
    {
        if (Sse.IsSupported && place < _slots.Length)
        {
            // Only a hint: where the garbage collector moves the ring meanwhile, it is of no use and does no harm.
            byte* slot = (byte*)Unsafe.AsPointer(ref _slots[place]);
            Sse.Prefetch0(slot);
            Sse.Prefetch0(slot + 64);
            Sse.Prefetch0(slot + 127);
        }
    }

    // Mostly what is there already; a look is cheaper than the garbage collector's note of a write ("recorder" of the benchmarks).
    private static void Set<T>(ref T? place, T? value)
        where T : class
    {
        if (!ReferenceEquals(place, value))
        {
            place = value;
        }
    }

    private static bool TryCopy(ref RecorderSlot slot, out RecorderSlot copy)
    {
        int version = Volatile.Read(ref slot.Version);
        if (version == 0 || (version & 1) != 0)
        {
            copy = default;
            return false;
        }

        copy = slot;
        Volatile.ReadBarrier(); // the copy is complete before the version is looked at again
        return Volatile.Read(ref slot.Version) == version;
    }

    private RecordedDetails? DetailsOf(SendRequest request, MessageTrace trace, in SendResult result)
    {
        bool isUnknownTopic = request.Topic is null && request.TopicName is not null;
        return isUnknownTopic || trace.LimiterWaitTicks != 0 || trace.EarlierAttempts.Count != 0
            ? new RecordedDetails(
                isUnknownTopic ? RecordedText.Cut(Encoding.UTF8.GetString(request.TopicName!.Value.Span)) : null,
                RecordedText.Cut(result.Detail),
                trace.LimiterWaitTicks,
                request.ReceivedTimestamp,
                [.. trace.EarlierAttempts])
            : result.Detail is { } text ? TextOnly(text) : null;
    }

    private RecordedDetails TextOnly(string text)
    {
        ref RecordedDetails? shared = ref _texts[RuntimeHelpers.GetHashCode(text) & (SharedTexts - 1)];
        RecordedDetails? details = Volatile.Read(ref shared);
        if (details is null || !ReferenceEquals(details.Text, text))
        {
            details = new RecordedDetails(null, RecordedText.Cut(text), 0, 0, []);
            Volatile.Write(ref shared, details);
        }

        return details;
    }

    private static LimiterOutcome LimiterOf(SendRequest request, MessageTrace trace, SendStatus status)
    {
        if (request.InFlightBytes != 0 || trace.HandedOver != 0)
        {
            return trace.LimiterWaitTicks > 0 ? LimiterOutcome.Delayed : LimiterOutcome.Admitted;
        }

        // Code 15 is also for the node's bytes in flight, before a cluster is chosen, and for a store's full queue.
        return status == SendStatus.RateLimited && request.Cluster is not null ? LimiterOutcome.Refused : LimiterOutcome.NotAsked;
    }

    private static long AnsweredUnixMicros(in RecorderSlot slot) => (slot.ReceivedUnixMs * 1000) + slot.AnsweredMicros;

    private uint Micros(long ticks) => (uint)Math.Clamp((long)(ticks * _microsecondsPerTick), 0, uint.MaxValue);
}
