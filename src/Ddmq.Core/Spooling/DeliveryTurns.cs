using System.Diagnostics.CodeAnalysis;

namespace Ddmq.Core.Spooling;

/// <summary>
/// Whose turn it is to be delivered to a cluster.
/// <code>
///            entry added                 its turn               stored, or in the drop log
/// (empty) ───────────────► ready ───────────────────► on its way ──────────────────► ready, or (empty)
///                            ▲                             │ failed
///                            │ its queue's attempt is due, ▼
///                            └────── or succeeded ─────── parked, with all lanes of its queue
/// </code>
/// A lane has one message on its way at most: that is its order. After a failure a queue tries one message at a time, until one succeeds.
/// The delivery loop's own, but for <see cref="Waiting"/>.
/// </summary>
internal sealed class DeliveryTurns(TimeProvider time)
{
    // How often what waits is looked at without anything having happened, for the end of its cluster's trouble.
    private static readonly TimeSpan TroubleLook = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    private readonly Dictionary<SpoolQueue, QueueDelivery> _queues = [];
    private readonly Queue<LaneDelivery> _ready = new();
    private int _waiting;

    /// <summary>Queues that wait for their next attempt. Any thread.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    private IEnumerable<QueueDelivery> Parked => _queues.Values.Where(queue => queue is { Failures: > 0, IsTrying: false, Parked.Count: > 0 });

    /// <summary>A lane has got something to deliver; it may have had something before.</summary>
    public void Add(SpoolLane lane)
    {
        if (!_queues.TryGetValue(lane.Queue, out QueueDelivery? queue))
        {
            _queues.Add(lane.Queue, queue = new QueueDelivery(lane.Queue));
        }

        LaneDelivery delivery = queue.Lanes[lane.Number];
        if (!delivery.IsActive)
        {
            delivery.IsActive = true;
            GoOn(delivery);
        }
    }

    /// <summary>A lane's first message has left, and there are more.</summary>
    public void GoOn(LaneDelivery lane) => (lane.Queue is { Failures: > 0, IsTrying: false } ? lane.Queue.Parked : _ready).Enqueue(lane);

    /// <summary>A lane is empty.</summary>
    public void End(LaneDelivery lane)
    {
        lane.IsActive = false;
        lane.Queue.IsTrying = false;
    }

    /// <summary>The lane whose turn it is.</summary>
    public bool TryTake([NotNullWhen(true)] out LaneDelivery? lane)
    {
        while (_ready.TryDequeue(out lane))
        {
            if (lane.Queue is not { Failures: > 0, IsTrying: false })
            {
                return true;
            }

            lane.Queue.Parked.Enqueue(lane); // others of its queue have failed since it became ready
        }

        return false;
    }

    /// <summary>A message of the lane could not be delivered.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="delays">The waits between attempts, in ms.</param>
    /// <param name="isInTrouble">Whether the cluster says that it is in trouble.</param>
    /// <returns>What the queue has come to: 1 at its first failure, more at the next ones, 0 when this one does not count.</returns>
    public int Fail(LaneDelivery lane, IReadOnlyList<int> delays, bool isInTrouble)
    {
        QueueDelivery queue = lane.Queue;
        queue.Parked.Enqueue(lane);
        lane.ForgetAllButFirst();
        if (queue is { Failures: > 0, IsTrying: false })
        {
            return 0; // of many that were on their way together, the first says it all
        }

        if (queue.Failures++ == 0)
        {
            Volatile.Write(ref _waiting, _waiting + 1);
        }

        queue.IsTrying = false;
        queue.HadTrouble = isInTrouble;
        queue.DueTimestamp = time.GetTimestamp() + (long)(RetryDelays.After(queue.Failures, delays).TotalSeconds * time.TimestampFrequency);
        return queue.Failures;
    }

    /// <summary>A message of the queue has been delivered: all its lanes may go on.</summary>
    /// <returns>Whether they had been waiting.</returns>
    public bool Succeed(QueueDelivery queue)
    {
        queue.IsTrying = false;
        if (queue.Failures == 0)
        {
            return false;
        }

        Volatile.Write(ref _waiting, _waiting - 1);
        queue.Failures = 0;
        while (queue.Parked.TryDequeue(out LaneDelivery? lane))
        {
            _ready.Enqueue(lane);
        }

        return true;
    }

    /// <summary>Gives the queues whose next attempt is due, or whose cluster is back, one message to try with.</summary>
    /// <param name="worked">Whether the cluster has just stored something else.</param>
    /// <param name="isInTrouble">Whether the cluster says that it is in trouble.</param>
    public void TryAgain(bool worked, bool isInTrouble)
    {
        foreach (QueueDelivery queue in Parked)
        {
            if (worked || (queue.HadTrouble && !isInTrouble) || time.GetTimestamp() >= queue.DueTimestamp)
            {
                queue.IsTrying = true;
                _ready.Enqueue(queue.Parked.Dequeue());
            }
        }
    }

    /// <summary>Gives parked lanes their turn whatever their queue's attempts are at.</summary>
    public void Take(Predicate<LaneDelivery> isNow)
    {
        foreach (QueueDelivery queue in Parked)
        {
            for (int i = queue.Parked.Count; i > 0; i--)
            {
                LaneDelivery lane = queue.Parked.Dequeue();
                bool takes = isNow(lane);
                queue.IsTrying |= takes;
                (takes ? _ready : queue.Parked).Enqueue(lane);
            }
        }
    }

    /// <summary>How long until a queue's attempt is due, or its cluster has to be looked at; infinite for never.</summary>
    public TimeSpan UntilNext()
    {
        TimeSpan wait = Timeout.InfiniteTimeSpan;
        foreach (QueueDelivery queue in Parked)
        {
            TimeSpan due = time.GetElapsedTime(time.GetTimestamp(), queue.DueTimestamp);
            due = queue.HadTrouble && due > TroubleLook ? TroubleLook : due < Shortest ? Shortest : due;
            wait = wait < TimeSpan.Zero || due < wait ? due : wait;
        }

        return wait;
    }
}
