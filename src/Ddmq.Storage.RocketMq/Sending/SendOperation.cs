using System.Buffers;
using System.Threading.Tasks.Sources;
using Ddmq.Core.Messages;
using Ddmq.Core.Topics;
using Ddmq.Storage.RocketMq.NameServers;
using Ddmq.Storage.RocketMq.Remoting;

namespace Ddmq.Storage.RocketMq.Sending;

/// <summary>
/// One attempt to store one message, from <see cref="RocketMqStore.SendAsync"/> to its result; reused.
/// <code>
/// pooled ──Start──► waits (route, lane, broker) ──► on a connection, alone or in a batch ──Settle──► settled ──GetResult──► pooled
/// </code>
/// Whoever awaits the result continues on the thread that settles it, mostly a connection's; taking the result gives the operation back.
/// </summary>
internal sealed class SendOperation : PendingCall, IValueTaskSource<SendResult>
{
    // Everything in a send's header that is neither constant nor counted: prelude, names, numbers, and the braces of JSON.
    private const int HeaderRoom = 320;
    private const int CompressedFlag = 1;

    private ManualResetValueTaskSourceCore<SendResult> _core = new() { RunContinuationsAsynchronously = false };
    private SendContext _context = null!;
    private byte[]? _compressed;
    private int _compressedLength;
    private int _propertiesLength;

    /// <summary>The message. Null when settled.</summary>
    public SendRequest Request { get; private set; } = null!;

    /// <summary>The message's topic; set when it has been found.</summary>
    public TopicState Topic { get; set; } = null!;

    /// <summary>Where it goes; null until that has been chosen.</summary>
    public PublishQueue? Queue { get; private set; }

    /// <summary>The lane that waits for the end of this operation; null when none does.</summary>
    public Lane? Lane { get; set; }

    /// <summary>Whether it may share a request with others.</summary>
    public bool CanBatch { get; set; }

    /// <summary>What the caller of the store awaits.</summary>
    public ValueTask<SendResult> Task => new(this, _core.Version);

    /// <summary>What it takes in a batch's limit, in bytes.</summary>
    public int BodyLength => Request.Body.Length;

    /// <summary>What it takes in a batch's body, in bytes, the fork's two fields not counted.</summary>
    public int RecordLength => BatchRecord.FixedBytes + Request.Body.Length + PropertyString.LengthInBatch(_propertiesLength);

    /// <inheritdoc/>
    public override bool BelongsToTaken => Request.IsRestOfBatch;

    /// <inheritdoc/>
    public override int MaxFrameSize =>
        HeaderRoom + Queue!.Constants.Encoded.Length + Queue.BrokerNameUtf8.Length + (JsonText.MaxGrowth * _propertiesLength) + Body.Length;

    private ReadOnlySpan<byte> Body => _compressed is null ? Request.Body.Span : _compressed.AsSpan(0, _compressedLength);

    /// <summary>Begins an attempt.</summary>
    /// <param name="context">The store's.</param>
    /// <param name="request">The message, which has passed <see cref="MessageLimits"/>.</param>
    /// <param name="propertiesLength">As measured there.</param>
    /// <param name="canBatch">Whether the message's properties allow a batch.</param>
    public void Start(SendContext context, SendRequest request, int propertiesLength, bool canBatch)
    {
        _context = context;
        Request = request;
        _propertiesLength = propertiesLength;
        Deadline = request.DeadlineTimestamp > 0 ? request.DeadlineTimestamp : context.Time.GetTimestamp() + context.CallTimeoutTicks;
        RefusalDeadline = request is { DeadlineTimestamp: > 0, IsRestOfBatch: false } ? request.DeadlineTimestamp : long.MaxValue;
        CanBatch = canBatch;
        Resends = 0;
        if (request.Attempt == 0 || request.MessageKey == 0)
        {
            request.MessageKey = UniqueKey.Next(BornMs);
            request.MessageKeyOrigin = UniqueKey.Origin;
        }

        if (request.Body.Length >= context.Options.CompressMsgBodyOverHowmuch)
        {
            _compressed = BodyCompression.TryCompress(request.Body.Span, out _compressedLength);
            CanBatch = false;
        }
    }

    /// <summary>Fixes where it goes.</summary>
    public void Assign(PublishQueue queue)
    {
        Queue = queue;
        Request.LastBroker = queue.BrokerName;
    }

    /// <inheritdoc/>
    public override void Write(ref RequestWriter writer, int opaque)
    {
        writer.Begin(RequestCode.SendMessageV2, opaque);
        writer.Fields(Queue!.Constants);
        writer.Field("f"u8, _compressed is null ? 0 : CompressedFlag);
        writer.Field("g"u8, BornMs);
        writer.Field("h"u8, 0);
        writer.BeginField("i"u8);
        PropertyString.WriteText(ref writer, Request, Request.MessageKey);
        writer.EndField();
        SendHeader.WriteTail(ref writer, isBatch: false, Queue);
        writer.BeginBody();
        writer.Write(Body);
    }

    /// <summary>Writes it as a record of a batch.</summary>
    public void WriteRecord(ref RequestWriter writer, bool isMultiTopic)
    {
        BatchRecord.Begin(ref writer, Request.Body.Span, PropertyString.LengthInBatch(_propertiesLength), isMultiTopic);
        PropertyString.WriteBytes(ref writer, Request, Request.MessageKey);
    }

    /// <inheritdoc/>
    public override void Reply(in ResponseFrame response)
    {
        if (response.Code == ResponseCode.SystemBusy && Queue!.Client!.TrySendAgain(this))
        {
            return;
        }

        Request.Trace.BatchSize = 1;
        Lane? lane = Lane;
        if (RocketMqErrors.IsStored(response.Code))
        {
            SettleStored(response.Code, response.QueueOffset);
        }
        else
        {
            SettleRefused(response.Code, response.Remark);
        }

        // Last, here and below: the lane's next message may have to follow this one where it goes now.
        lane?.Ended(1, isAnswered: true);
    }

    /// <inheritdoc/>
    public override void Fail(CallFailure failure, string? detail)
    {
        Lane? lane = Lane;
        SettleFailed(failure, detail);
        lane?.Ended(1, isAnswered: false);
    }

    /// <summary>It is stored.</summary>
    /// <param name="code">0, or one of the codes that say "stored, but".</param>
    /// <param name="offset">Where; -1 when the broker did not tell.</param>
    public void SettleStored(int code, long offset)
    {
        if (Topic.Route is { IsTemplate: true })
        {
            Topic.RefreshSoon();
        }

        Settle(
            RocketMqErrors.OfStored(code, Queue!.Index, offset, _context.Options.WeakStorage), isWeak: code != ResponseCode.Success);
    }

    /// <summary>A broker refused it.</summary>
    public void SettleRefused(int code, string? remark)
    {
        if (RocketMqErrors.OfCode(code).IsRouteStale)
        {
            Topic.RefreshSoon();
        }

        Settle(RocketMqErrors.Refused(code, Queue!.BrokerName, remark), isWeak: false);
    }

    /// <summary>There is no answer.</summary>
    public void SettleFailed(CallFailure failure, string? detail)
    {
        if (failure == CallFailure.NoReply)
        {
            Queue?.Client?.Health.Failed(isCertain: false);
        }

        if (RocketMqErrors.OfFailure(failure).IsRouteStale)
        {
            Topic.RefreshSoon();
        }

        if (failure == CallFailure.Hopeless)
        {
            _context.Counters.EarlyRefusal();
        }

        Settle(
            failure == CallFailure.Hopeless
                ? RocketMqErrors.Hopeless(
                    Queue?.BrokerName,
                    hasElsewhere: Queue is not null && Topic.Route is { HasSeveralBrokers: true },
                    hasSpool: Request.Topic?.Policy.Durability == TopicDurability.SpoolOnFailure)
                : RocketMqErrors.Failed(failure, Queue?.BrokerName, detail),
            isWeak: false);
    }

    /// <summary>Its topic has no queue that can be written to.</summary>
    public void SettleWithoutQueue()
    {
        Lane? lane = Lane;
        Settle(RocketMqErrors.NoQueue, isWeak: false);
        lane?.Ended(1, isAnswered: false);
    }

    /// <summary>Answers; the operation must not be touched after that, it may already be another message's.</summary>
    public void Settle(in SendResult result, bool isWeak)
    {
        if (_compressed is { } rented)
        {
            _compressed = null;
            ArrayPool<byte>.Shared.Return(rented);
        }

        SendContext context = _context;
        _context = null!;
        Request = null!;
        Topic = null!;
        Queue = null;
        Lane = null;
        Next = null;
        context.Leave(in result, isWeak);
        _core.SetResult(result);
    }

    /// <summary>When the message was made, Unix milliseconds.</summary>
    public long BornMs => Request.ReceivedUnixMs > 0 ? Request.ReceivedUnixMs : _context.Time.GetUtcNow().ToUnixTimeMilliseconds();

    SendResult IValueTaskSource<SendResult>.GetResult(short token)
    {
        SendResult result = _core.GetResult(token);
        _core.Reset();
        OperationPool.GiveBack(this);
        return result;
    }

    ValueTaskSourceStatus IValueTaskSource<SendResult>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<SendResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
