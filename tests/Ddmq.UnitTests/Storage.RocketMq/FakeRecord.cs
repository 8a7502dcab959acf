namespace Ddmq.UnitTests.Storage.RocketMq;

/// <summary>One record of a batch; topic index and queue are -1 in the plain form.</summary>
internal sealed record FakeRecord(int Size, string Body, IReadOnlyList<(string Name, string Value)> Properties, int TopicIndex, int QueueId);
