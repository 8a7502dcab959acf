using Ddmq.Core.Diagnostics;
using Ddmq.Core.Messages;
using Microsoft.Extensions.Logging;

namespace Ddmq.Core.Spooling;

/// <summary>
/// Messages that were answered 0 because this proxy's disk has them, until their cluster has: what may come in, and what is there
/// (<see cref="SpoolBooks"/>). <see cref="SpoolDelivery"/> takes out. Without <see cref="Open"/> it takes nothing and costs nothing. Thread-safe.
/// </summary>
public sealed partial class Spool : IAsyncDisposable
{
    // What an entry takes beside its message, at least; the log says exactly, afterwards.
    private const int EntryOverhead = 128;
    private const int PropertyOverhead = 4;

    private static readonly TimeSpan TimeBetweenOpenings = TimeSpan.FromSeconds(10);

    private readonly Func<ISpoolLog> _openLog;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly SpoolBooks _books;
    private volatile ISpoolLog? _log;
    private volatile string? _cannotOpen;
    private long _openingTried;
    private uint _any;
    private bool _mustLookAgain;
    private volatile bool _isClosed;

    /// <param name="settings">What bounds it.</param>
    /// <param name="openLog">Opens the disk's part; throws <see cref="SpoolException"/>.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of trouble of the disk.</param>
    public Spool(SpoolSettings settings, Func<ISpoolLog> openLog, TimeProvider time, ILogger<Spool> logger)
    {
        Settings = settings;
        _openLog = openLog;
        _time = time;
        _logger = logger;
        _books = new SpoolBooks(settings, time, logger);
    }

    /// <summary>What bounds it.</summary>
    public SpoolSettings Settings { get; }

    /// <summary>Null when messages are taken, or nobody has asked for it; otherwise one line for an operator.</summary>
    public string? Trouble => _log?.Trouble ?? _cannotOpen;

    /// <summary>Whether there is nothing in it, nor on the way into it.</summary>
    public bool IsEmpty => _books.Occupied == 0;

    /// <summary>Every queue there is, sorted by name; all of them at one moment.</summary>
    public IReadOnlyList<SpoolReading> Readings
    {
        get
        {
            lock (_lock)
            {
                return
                [
                    .. _books.Queues.OrderBy(queue => queue.Name.Topic, StringComparer.Ordinal)
                        .ThenBy(queue => queue.Name.Cluster, StringComparer.Ordinal).Select(queue => queue.Read()),
                ];
            }
        }
    }

    /// <summary>Called when a lane has got something to deliver, on the thread that wrote it; must not block.</summary>
    internal Action<SpoolLane>? EntryAdded { get; set; }

    /// <summary>What the producer of a message is told that is in the spool on its way to that cluster.</summary>
    internal static SendResult Taken(string cluster) => SendResult.Spooled($"until cluster {cluster} takes messages again");

    /// <summary>Opens it, and finds what it holds. Does nothing when it is open.</summary>
    /// <exception cref="SpoolException">It cannot be opened; <see cref="Trouble"/> says so until it can.</exception>
    public void Open()
    {
        List<SpoolLane> found;
        lock (_lock)
        {
            if (_log is not null || _isClosed)
            {
                return;
            }

            _openingTried = _time.GetTimestamp();
            ISpoolLog? log = null;
            try
            {
                log = _openLog();
                found = _books.TakeIn(log, isStart: true);
                _cannotOpen = null;
                _log = log;
            }
            catch (SpoolException exception)
            {
                _ = log?.DisposeAsync().AsTask();
                _cannotOpen = exception.Message;
                throw;
            }
        }

        found.ForEach(lane => EntryAdded?.Invoke(lane));
    }

    /// <summary>As <see cref="Open"/>; a failure is logged, and it is tried again when messages come.</summary>
    public void TryOpen()
    {
        try
        {
            Open();
        }
        catch (SpoolException exception)
        {
            Log.CannotOpen(_logger, exception.Message);
        }
    }

    /// <summary>Whether messages are in the spool, or on their way into it, that this one must not overtake where order matters.</summary>
    public bool HasEntriesBefore(SendRequest request)
    {
        if (IsEmpty || !SpoolLanes.HasOrder(request))
        {
            return false;
        }

        lock (_lock)
        {
            return _books.Find(NameOf(request))?.Lanes[SpoolLanes.Of(request, 0)].IsOccupied == true;
        }
    }

    /// <summary>Takes a message, whose cluster has been chosen.</summary>
    /// <param name="request">The message. Its bytes have been copied when the call returns.</param>
    /// <param name="instead">What is answered without the spool, and now if the spool cannot take it.</param>
    /// <param name="tryTell">Whether the producer can still be told that it is spooled; asked once, when it is. Null for yes.</param>
    /// <returns>Spooled, or <paramref name="instead"/> with the reason why not.</returns>
    public ValueTask<SendResult> AddAsync(SendRequest request, SendResult instead, Func<bool>? tryTell = null)
    {
        int size = SizeOf(request);
        SpoolLane lane;
        ISpoolLog log;
        ValueTask<SpoolAppended> appending;
        lock (_lock)
        {
            SpoolQueue queue = _books.Get(NameOf(request));
            if ((FindTrouble() ?? _books.FindNoRoom(queue, size)) is { } reason)
            {
                queue.Refused++;
                return new ValueTask<SendResult>(Refuse(instead, reason));
            }

            log = _log!;
            lane = queue.Lanes[SpoolLanes.Of(request, _any++)];
            _books.Begin(lane, size);

            // Within the lock, so that the lane's order is the order in which its messages were found to be behind one another.
            appending = log.AppendAsync(queue.Name, lane.Number, request, instead.Stored == Stored.Unknown);
        }

        return CompleteAsync(appending, log, lane, size, instead, tryTell);
    }

    /// <summary>Closes it. What it holds stays on the disk. Messages are refused from now on.</summary>
    public async ValueTask DisposeAsync()
    {
        ISpoolLog? log;
        lock (_lock)
        {
            _isClosed = true;
            log = _log;
        }

        if (log is not null)
        {
            await log.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Reads a lane from its first entry on.</summary>
    /// <exception cref="SpoolException">The disk cannot be read.</exception>
    internal IReadOnlyList<SpooledMessage> Read(SpoolLane lane, int maxMessages, long maxBytes)
    {
        long first;
        long next;
        lock (_lock)
        {
            (first, next) = (lane.First, lane.Next);
        }

        return first == next || _isClosed
            ? []
            : [.. _log!.Read(lane.Queue.Name, lane.Number, first, (int)Math.Min(maxMessages, next - first), maxBytes).Where(message => message.Offset < next)];
    }

    /// <summary>The lane's first entry is stored by its cluster: it leaves the spool.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="message">The entry.</param>
    /// <param name="followerUnixMs">When the one behind it was spooled; 0 when that is not known.</param>
    /// <returns>Whether the lane has more.</returns>
    internal bool Delivered(SpoolLane lane, SpooledMessage message, long followerUnixMs) => Remove(lane, message, followerUnixMs, queue =>
    {
        queue.Delivered++;
        queue.PossibleDuplicates += message.MayBeStored || lane.PossiblySent == message.Offset ? 1 : 0;
    });

    /// <summary>The lane's first entry is in the drop log: it leaves the spool.</summary>
    /// <inheritdoc cref="Delivered"/>
    internal bool Dropped(SpoolLane lane, SpooledMessage message, long followerUnixMs, SpoolDropReason reason) =>
        Remove(lane, message, followerUnixMs, queue => queue.Dropped(reason));

    /// <summary>Says why nothing of a queue is delivered; null when it is.</summary>
    internal void SetWaiting(SpoolQueue queue, string? reason)
    {
        lock (_lock)
        {
            queue.Waiting = reason;
        }
    }

    /// <summary>After trouble of the disk: finds entries whose append was said to have failed and that are there all the same.</summary>
    internal void LookAgain()
    {
        List<SpoolLane> found;
        lock (_lock)
        {
            if (!_mustLookAgain || _isClosed || _log is not { Trouble: null } log)
            {
                return;
            }

            try
            {
                found = _books.TakeIn(log, isStart: false);
                _mustLookAgain = false;
            }
            catch (SpoolException)
            {
                return; // in trouble again; it says so itself
            }
        }

        found.ForEach(lane => EntryAdded?.Invoke(lane));
    }

    private static SpoolQueueName NameOf(SendRequest request) => new(request.Topic!.Name, request.Cluster!.Name);

    private static int SizeOf(SendRequest request)
    {
        long size = EntryOverhead + (long)request.Body.Length + request.Key.GetValueOrDefault().Length + request.Tags.GetValueOrDefault().Length;
        foreach (ref readonly MessageProperty property in request.Properties)
        {
            size += PropertyOverhead + property.Name.Length + property.Value.Length;
        }

        return (int)Math.Min(size, int.MaxValue);
    }

    private static SendResult Refuse(SendResult instead, string reason) =>
        instead with { Detail = instead.Detail is null ? reason : $"{instead.Detail}; {reason}" };

    private string? FindTrouble()
    {
        if (_isClosed)
        {
            return "the spool is closed";
        }

        if (_log is { } log)
        {
            return log.Trouble is { } trouble ? $"the spool takes no messages: {trouble}" : null;
        }

        if (_time.GetElapsedTime(_openingTried) > TimeBetweenOpenings)
        {
            _openingTried = _time.GetTimestamp();
            _ = Task.Run(TryOpen);
        }

        return $"the spool is not open: {_cannotOpen ?? "it is being opened"}";
    }

    private async ValueTask<SendResult> CompleteAsync(
        ValueTask<SpoolAppended> appending, ISpoolLog log, SpoolLane lane, int size, SendResult instead, Func<bool>? tryTell)
    {
        SpoolAppended appended = await appending.ConfigureAwait(false);
        bool isThere = appended.Stored == Stored.Yes;
        bool isToldSo = isThere && tryTell?.Invoke() != false;
        bool hasMore;
        lock (_lock)
        {
            _mustLookAgain |= appended.Stored == Stored.Unknown;
            hasMore = isThere ? _books.Add(lane, size, appended, isToldSo, log) : _books.Fail(lane, size, log);
        }

        if (hasMore)
        {
            EntryAdded?.Invoke(lane);
        }

        return appended.Stored switch
        {
            Stored.Yes => Taken(lane.Queue.Name.Cluster),
            Stored.No => Refuse(instead, $"the spool takes no messages: {appended.Failure}"),
            _ => SendResult.Failed(SendStatus.Unknown, Stored.Unknown, Refuse(instead, $"the spool failed: {appended.Failure}").Detail),
        };
    }

    private bool Remove(SpoolLane lane, SpooledMessage message, long followerUnixMs, Action<SpoolQueue> count)
    {
        ISpoolLog log = _log!;
        try
        {
            log.Cut(lane.Queue.Name, lane.Number, message);
        }
        catch (SpoolException exception)
        {
            // It will be removed with the next one, or be sent once more after a restart.
            Log.CannotCut(_logger, exception.Message);
        }

        bool hasMore;
        lock (_lock)
        {
            hasMore = _books.Remove(lane, message, followerUnixMs);
            count(lane.Queue);
        }

        log.GiveSpaceBack(IsEmpty);
        return hasMore;
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Spool + 1, LogLevel.Error, "The spool cannot be opened, it is tried again when messages come: {Reason}")]
        public static partial void CannotOpen(ILogger logger, string reason);

        [LoggerMessage(EventIds.Spool + 2, LogLevel.Error, "An entry that has left the spool cannot be removed from its disk; it may be sent again: {Reason}")]
        public static partial void CannotCut(ILogger logger, string reason);
    }
}
