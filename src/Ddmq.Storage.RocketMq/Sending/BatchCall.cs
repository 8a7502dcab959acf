using Ddmq.Storage.RocketMq.NameServers;
using Ddmq.Storage.RocketMq.Remoting;

namespace Ddmq.Storage.RocketMq.Sending;

/// <summary>
/// Several messages in one request, all stored or none. Belongs to a <see cref="Lane"/>, which uses it again. In the plain form all go to one
/// topic and queue; in the fork's form each record names its own. What a broker refuses for one message's sake is sent again one by one.
/// </summary>
/// <param name="context">The store's.</param>
/// <param name="lane">Where it comes from.</param>
internal sealed class BatchCall(SendContext context, Lane lane) : PendingCall
{
    private const int HeaderRoom = 512;

    /// <summary>Between the names of the topics in the fork's form.</summary>
    private const string TopicSeparator = "%%";

    private readonly List<SendOperation> _operations = [];
    private readonly List<TopicState> _topics = [];
    private int _bytes;
    private bool _belongsToTaken;

    /// <summary>Where it goes; in the fork's form only the broker counts.</summary>
    public PublishQueue Queue { get; private set; } = null!;

    /// <inheritdoc/>
    public override bool BelongsToTaken => _belongsToTaken;

    /// <inheritdoc/>
    public override int MaxFrameSize =>
        HeaderRoom + Queue.Constants.Encoded.Length + Queue.BrokerNameUtf8.Length + _topics.Sum(topic => topic.Name.Length + TopicSeparator.Length) + _bytes;

    /// <summary>Adds a message, which has a queue.</summary>
    public void Add(SendOperation operation)
    {
        if (_operations.Count == 0)
        {
            Queue = operation.Queue!;
            Deadline = operation.Deadline;
            RefusalDeadline = operation.RefusalDeadline;
        }

        if (lane.IsMultiTopic && !_topics.Contains(operation.Topic))
        {
            _topics.Add(operation.Topic);
        }

        Deadline = Math.Min(Deadline, operation.Deadline);
        RefusalDeadline = Math.Max(RefusalDeadline, operation.RefusalDeadline);
        _belongsToTaken |= operation.BelongsToTaken;
        _operations.Add(operation);
        _bytes += operation.RecordLength + BatchRecord.MultiTopicBytes;
    }

    /// <inheritdoc/>
    public override void Write(ref RequestWriter writer, int opaque)
    {
        writer.Begin(RequestCode.SendBatch, opaque);
        if (lane.IsMultiTopic)
        {
            string topics = string.Join(TopicSeparator, _topics.Select(topic => topic.Name));
            writer.Fields(SendHeader.Constants(
                writer.Encoding, context.ProducerGroup, topics, context.Options.DefaultTopicQueueNums, Queue.QueueId));
        }
        else
        {
            writer.Fields(Queue.Constants);
        }

        writer.Field("f"u8, 0);
        writer.Field("g"u8, _operations[0].BornMs);
        writer.Field("h"u8, 0);
        writer.Field("i"u8, PropertyString.OfBatch);
        if (lane.IsMultiTopic)
        {
            SendHeader.WriteMultiTopicTail(ref writer);
        }
        else
        {
            SendHeader.WriteTail(ref writer, isBatch: true, Queue);
        }

        writer.BeginBody();
        foreach (SendOperation operation in _operations)
        {
            operation.WriteRecord(ref writer, lane.IsMultiTopic);
            if (lane.IsMultiTopic)
            {
                writer.WriteInt32(_topics.IndexOf(operation.Topic));
                writer.WriteInt32(operation.Queue!.QueueId);
            }
        }
    }

    /// <inheritdoc/>
    public override void Reply(in ResponseFrame response)
    {
        int code = response.Code;
        if (code == ResponseCode.SystemBusy && Queue.Client!.TrySendAgain(this))
        {
            return;
        }

        SendOperation[] operations = TakeAll();
        if (RocketMqErrors.IsStored(code))
        {
            // The fork does not tell where: its offset is 0 for whatever queue.
            long first = lane.IsMultiTopic ? -1 : response.QueueOffset;
            for (int i = 0; i < operations.Length; i++)
            {
                operations[i].SettleStored(code, first < 0 ? -1 : first + i);
            }

            lane.Ended(operations.Length, isAnswered: true, this);
            return;
        }

        RocketMqErrors.Row row = RocketMqErrors.OfCode(code);
        if (row is { Stored: Core.Messages.Stored.No, IsBrokersState: false })
        {
            context.Counters.BatchSplit();
            lane.TakeBack(operations, canBatch: false);
            lane.Ended(operations.Length, isAnswered: true, this);
            return;
        }

        // Before the lane goes on: its next message may have to follow these where they go now.
        string? remark = response.Remark;
        foreach (SendOperation operation in operations)
        {
            operation.SettleRefused(code, remark);
        }

        lane.Ended(operations.Length, isAnswered: true, this);
    }

    /// <inheritdoc/>
    public override void Fail(CallFailure failure, string? detail)
    {
        SendOperation[] operations = TakeAll();
        int count = operations.Length;
        if (failure == CallFailure.NotWritten)
        {
            // For one message's sake, as far as anybody knows.
            context.Counters.BatchSplit();
            lane.TakeBack(operations, canBatch: false);
            operations = [];
        }
        else if (failure == CallFailure.Expired)
        {
            // Its turn has not come before the first of its messages was due; the others try again.
            long now = context.Time.GetTimestamp();
            lane.TakeBack([.. operations.Where(operation => operation.Deadline > now)], canBatch: true);
            operations = [.. operations.Where(operation => operation.Deadline <= now)];
        }

        foreach (SendOperation operation in operations)
        {
            operation.SettleFailed(failure, detail);
        }

        lane.Ended(count, isAnswered: false, this);
    }

    private SendOperation[] TakeAll()
    {
        SendOperation[] operations = [.. _operations];
        foreach (SendOperation operation in operations)
        {
            operation.Request.Trace.BatchSize = operations.Length;
        }

        _operations.Clear();
        _topics.Clear();
        _bytes = 0;
        _belongsToTaken = false;
        Resends = 0;
        return operations;
    }
}
