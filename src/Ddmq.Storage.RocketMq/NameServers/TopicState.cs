using Ddmq.Core.Messages;
using Ddmq.Storage.RocketMq.Remoting;
using Ddmq.Storage.RocketMq.Sending;

namespace Ddmq.Storage.RocketMq.NameServers;

/// <summary>
/// One topic: its route, and the messages that wait for the first one.
/// <code>
/// no route ──first message──► asked ──answered──► (waiting messages go, in order) ──► routed ──refreshed──► routed
///                               │ unknown topic: waiting messages are refused, further ones too for a short time
///                               └ no answer: asked again, messages wait until their deadline
/// </code>
/// Thread-safe.
/// </summary>
internal sealed class TopicState
{
    private readonly SendContext _context;
    private readonly Func<TopicState, Task> _refresh;
    private readonly Dispatcher _dispatcher;
    private readonly Dictionary<(string Broker, int QueueId), Lane> _lanes = [];
    private readonly Lock _lock = new();
    private Lane[] _allLanes;
    private CallQueue _waiting;
    private TopicRoute? _route;
    private TopicRoute? _published;
    private bool _isStopped;
    private bool _isPublishing;
    private bool _isAsking;
    private long _unknownUntil = long.MinValue;
    private int _refreshWanted;

    /// <param name="name">The topic.</param>
    /// <param name="context">The store's.</param>
    /// <param name="dispatcher">Takes messages that have a route.</param>
    /// <param name="refresh">Fetches the route; begins quickly, waits elsewhere.</param>
    public TopicState(string name, SendContext context, Dispatcher dispatcher, Func<TopicState, Task> refresh)
    {
        Name = name;
        _context = context;
        _dispatcher = dispatcher;
        _refresh = refresh;
        AnyQueueLane = new Lane(context, LaneKind.AnyQueue, this, Dispatcher.AnyQueueRequests);
        _allLanes = [AnyQueueLane];
    }

    /// <summary>The topic's name.</summary>
    public string Name { get; }

    /// <summary>The route in force; null before the first.</summary>
    public TopicRoute? Route => Volatile.Read(ref _route);

    /// <summary>The name server's last answer, to see at once when the next one is the same. The fetching task's own; a race costs a rebuilt route.</summary>
    public byte[]? LastAnswer { get; set; }

    /// <summary>Where messages gather that may go to any queue.</summary>
    public Lane AnyQueueLane { get; }

    /// <summary>Messages that wait for the route.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Sends a message, now or when the route is there; or answers it.</summary>
    public void Send(SendOperation operation)
    {
        operation.Topic = this;
        if (Volatile.Read(ref _published) is { } route)
        {
            _dispatcher.Send(this, route, operation);
            return;
        }

        SendResult? refusal = null;
        CallFailure? failure = null;
        bool ask = false;
        lock (_lock)
        {
            route = _published;
            if (route is null)
            {
                if (_isStopped)
                {
                    failure = CallFailure.StoppedUnsent;
                }
                else if (_context.Time.GetTimestamp() < _unknownUntil)
                {
                    refusal = RocketMqErrors.UnknownTopic;
                }
                else if (_waiting.Count >= _context.Options.MaxWaiting && !operation.BelongsToTaken)
                {
                    failure = CallFailure.Full;
                }
                else
                {
                    _waiting.Add(operation);
                    ask = !_isAsking && !_isPublishing;
                    _isAsking = true;
                }
            }
        }

        if (ask)
        {
            _ = Task.Run(() => _refresh(this));
        }
        else if (route is not null)
        {
            _dispatcher.Send(this, route, operation);
        }
        else if (refusal is { } answer)
        {
            operation.Settle(answer, isWeak: false);
        }
        else if (failure is { } reason)
        {
            operation.Fail(reason, $"more than {_context.Options.MaxWaiting} messages wait for the topic's route");
        }
    }

    /// <summary>A route has come. What waits is sent before anything that comes later.</summary>
    public void Publish(TopicRoute route)
    {
        lock (_lock)
        {
            _isAsking = false;
            if (_route?.Description != route.Description)
            {
                Volatile.Write(ref _route, route);
                if (_published is not null)
                {
                    Volatile.Write(ref _published, route);
                }
            }

            if (_published is not null || _isPublishing)
            {
                return;
            }

            _isPublishing = true;
        }

        while (true)
        {
            SendOperation? next;
            lock (_lock)
            {
                next = (SendOperation?)_waiting.Take();
                if (next is null)
                {
                    Volatile.Write(ref _published, _route);
                    _isPublishing = false;
                    return;
                }
            }

            _dispatcher.Send(this, _route!, next);
        }
    }

    /// <summary>No name server knows the topic. A known route stays in force: the broker has the last word.</summary>
    public void Unknown(TimeSpan forget)
    {
        CallQueue waiting = default;
        lock (_lock)
        {
            _isAsking = false;
            if (_route is null)
            {
                _unknownUntil = _context.Time.GetTimestamp() + _context.Ticks(forget);
                waiting = _waiting;
                _waiting = default;
            }
        }

        while (waiting.Take() is SendOperation operation)
        {
            operation.Settle(RocketMqErrors.UnknownTopic, isWeak: false);
        }
    }

    /// <summary>No name server answered.</summary>
    /// <returns>Whether somebody waits for the answer, so that it should be asked again soon.</returns>
    public bool NotAnswered()
    {
        lock (_lock)
        {
            _isAsking = _route is null && _waiting.Count > 0 && !_isStopped;
            return _isAsking;
        }
    }

    /// <summary>Asking ended by a bug: the next message begins anew.</summary>
    public void AskingFailed()
    {
        lock (_lock)
        {
            _isAsking = false;
        }
    }

    /// <summary>Asks for a fresh route at the next opportunity.</summary>
    public void RefreshSoon() => Volatile.Write(ref _refreshWanted, 1);

    /// <summary>Whether <see cref="RefreshSoon"/> was called since the last time.</summary>
    public bool TakeRefreshWanted() => Volatile.Read(ref _refreshWanted) == 1 && Interlocked.Exchange(ref _refreshWanted, 0) == 1;

    /// <summary>The lane of a queue. It outlives routes.</summary>
    public Lane LaneOf(PublishQueue queue)
    {
        lock (_lanes)
        {
            if (!_lanes.TryGetValue((queue.BrokerName, queue.QueueId), out Lane? lane))
            {
                lane = new Lane(_context, LaneKind.Queue, this, maxUnderWay: 1);
                _lanes.Add((queue.BrokerName, queue.QueueId), lane);
                Volatile.Write(ref _allLanes, [.. _allLanes, lane]);
            }

            return lane;
        }
    }

    /// <summary>Gives up what has waited too long.</summary>
    /// <returns>When it is to be called again.</returns>
    public long Sweep(long now)
    {
        CallQueue expired = default;
        long next;
        lock (_lock)
        {
            next = _waiting.MoveExpired(now, ref expired);
        }

        expired.FailAll(CallFailure.Expired, "its route is not known yet");
        foreach (Lane lane in Volatile.Read(ref _allLanes))
        {
            next = Math.Min(next, lane.Sweep(now));
        }

        return next;
    }

    /// <summary>Fails what waits and what comes.</summary>
    public void Stop()
    {
        CallQueue waiting;
        lock (_lock)
        {
            _isStopped = true;
            waiting = _waiting;
            _waiting = default;
        }

        waiting.FailAll(CallFailure.StoppedUnsent, null);
        foreach (Lane lane in Volatile.Read(ref _allLanes))
        {
            lane.Stop();
        }
    }
}
