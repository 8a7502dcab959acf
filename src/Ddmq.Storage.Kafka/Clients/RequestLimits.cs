namespace Ddmq.Storage.Kafka.Clients;

/// <summary>How librdkafka makes requests of what it is given.</summary>
/// <param name="Made">
/// Requests it makes at a time for each broker: those that may be in flight (max.in.flight), and the next, which it makes of what there is when the
/// last of them leaves (queue.buffering.backpressure.threshold).
/// </param>
/// <param name="Messages">Messages in a request at most (batch.num.messages).</param>
internal readonly record struct RequestLimits(int Made, int Messages);
