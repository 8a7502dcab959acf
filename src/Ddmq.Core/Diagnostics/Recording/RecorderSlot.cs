using Ddmq.Core.Messages;

namespace Ddmq.Core.Diagnostics.Recording;

/// <summary>
/// One message in the ring. A sequence lock guards it: <see cref="Version"/> is odd while somebody writes, and another one after every write;
/// a reader that sees it change has a torn copy and throws it away. 0 is a slot that was never written.
/// </summary>
internal struct RecorderSlot
{
    public int Version;
    public int BodyBytes;
    public long ReceivedUnixMs;
    public uint HandedOverMicros;
    public uint AnsweredMicros;
    public long Offset;
    public int Partition;
    public int BatchSize;
    public string? Topic;
    public string? Cluster;
    public string? Broker;
    public string? Client;
    public RecordedDetails? Details;
    public SendMethod Method;
    public SendStatus Status;
    public Stored Stored;
    public LimiterOutcome Limiter;
    public bool WasHandedOver;
    public bool IsDuplicate;
    public bool IsLate;
    public RecordedKey Key;
}
