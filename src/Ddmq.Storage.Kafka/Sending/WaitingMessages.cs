using Ddmq.Storage.Kafka.Metrics;

namespace Ddmq.Storage.Kafka.Sending;

/// <summary>
/// The lines that have messages waiting: looks after them every few milliseconds while there are any, and bounds what they hold
/// together. Thread-safe.
/// </summary>
internal sealed class WaitingMessages : IDisposable
{
    /// <summary>
    /// How often waiting messages are tried again. What waits for room finds some as soon as a batch has been acknowledged.
    /// </summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(5);

    // What an empty message counts for: its request and its place in the queue.
    private const int Overhead = 1024;

    private readonly Lock _lock = new();
    private readonly HashSet<IWaitingLine> _lines = [];
    private readonly KafkaStoreCounters _counters;
    private readonly long _maxBytes;
    private readonly ITimer _timer;
    private long _bytes;
    private bool _ticking;
    private int _busy;

    public WaitingMessages(KafkaStoreOptions options, TimeProvider time, KafkaStoreCounters counters)
    {
        _counters = counters;
        _maxBytes = options.MaxWaitingBytes;
        _timer = time.CreateTimer(
            static self => ((WaitingMessages)self!).OnTick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// Takes a message into account; false when there is no room for it. What follows the first message of a batch finds room, whatever there
    /// is: the batch is to be taken whole or not at all.
    /// </summary>
    public bool TryEnter(SendOperation operation)
    {
        int bytes = operation.BodyLength + Overhead;
        if (Interlocked.Add(ref _bytes, bytes) > _maxBytes && !operation.Request.IsRestOfBatch)
        {
            Interlocked.Add(ref _bytes, -bytes);
            return false;
        }

        _counters.WaitingChanged(1);
        return true;
    }

    /// <summary>The end of what <see cref="TryEnter"/> began.</summary>
    public void Leave(int bodyLength)
    {
        Interlocked.Add(ref _bytes, -(bodyLength + Overhead));
        _counters.WaitingChanged(-1);
    }

    /// <summary>This line has messages waiting, and is swept until it has none.</summary>
    public void Watch(IWaitingLine line)
    {
        lock (_lock)
        {
            _lines.Add(line);
            if (!_ticking)
            {
                _ticking = true;
                _timer.Change(Tick, Tick);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void OnTick()
    {
        // A slow tick is not overtaken by the next one.
        if (Interlocked.Exchange(ref _busy, 1) != 0)
        {
            return;
        }

        // Taken out first: a line that wants to be watched again while it is swept is.
        IWaitingLine[] lines;
        lock (_lock)
        {
            lines = [.. _lines];
            _lines.Clear();
            if (lines.Length == 0 && _ticking)
            {
                _ticking = false;
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }

        foreach (IWaitingLine line in lines)
        {
            if (line.Sweep())
            {
                Watch(line);
            }
        }

        Volatile.Write(ref _busy, 0);
    }
}
