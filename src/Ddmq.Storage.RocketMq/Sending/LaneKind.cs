namespace Ddmq.Storage.RocketMq.Sending;

/// <summary>What gathers in a <see cref="Lane"/>.</summary>
internal enum LaneKind
{
    /// <summary>Messages of one queue; one request at a time, so that they keep their order.</summary>
    Queue,

    /// <summary>Messages of one topic that may go to any queue; each request takes the next one.</summary>
    AnyQueue,

    /// <summary>Messages of one broker, whatever their topic: the fork's form.</summary>
    Broker,
}
