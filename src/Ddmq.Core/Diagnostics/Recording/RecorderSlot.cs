using Ddmq.Core.Messages;

namespace Ddmq.Core.Diagnostics.Recording;

/// <summary>
/// One message in the ring: 128 bytes. A sequence lock guards it: <see cref="Version"/> is odd while somebody writes, and another one after every
/// write; a reader that sees it change has a torn copy and throws it away. 0 is a slot that was never written.
/// </summary>
internal struct RecorderSlot
{
    public string? Topic;
    public string? Cluster;
    public string? Broker;
    public string? Client;
    public RecordedDetails? Details;
    public long ReceivedUnixMs;
    public long Offset;
    public int Version;
    public int BodyBytes;
    public int Partition;
    public uint HandedOverMicros;
    public uint AnsweredMicros;
    public RecordedKey Key;
    public ushort BatchSize;
    public LimiterOutcome Limiter;
    public RecordedFlags Flags;
    private byte _method;
    private byte _status;
    private byte _stored;

    /// <summary>The call that brought it.</summary>
    public SendMethod Method
    {
        readonly get => (SendMethod)_method;
        set => _method = (byte)value;
    }

    /// <summary>The answer's code.</summary>
    public SendStatus Status
    {
        readonly get => (SendStatus)_status;
        set => _status = (byte)value;
    }

    /// <summary>What is known about its whereabouts.</summary>
    public Stored Stored
    {
        readonly get => (Stored)_stored;
        set => _stored = (byte)value;
    }
}
