using Ddmq.Core.Diagnostics;
using Ddmq.Core.Diagnostics.Latencies;
using Ddmq.Core.Diagnostics.Recording;
using Ddmq.Core.Duplicates;
using Ddmq.Core.Limits;
using Ddmq.Core.Messages;
using Ddmq.Core.Retrying;
using Ddmq.Core.Spooling;
using Ddmq.Core.Topics;
using Microsoft.Extensions.Logging;

namespace Ddmq.Core.Pipeline;

/// <summary>
/// A message's way from accepted to answered. This file is the map:
/// <code>
/// Enter ─► HeartbeatStage ─► ValidateStage ─► RouteStage ─► LimitStage ─► DeadlineStage ─► DuplicateStage ─► SpoolStage ─► RetryStage ─► StoreStage ─► Leave
///          └── Check (a batch: all messages, one by one) ─┘└─ Admit ─┘└────────────────────────────────── Deliver ─────────────────────────────────┘
///                                                      (the batch whole)
/// </code>
/// To add a stage: a class with a <c>next</c> beside these, and its line in the constructor. Its place is a decision:
/// refusals go between RouteStage and DeadlineStage, so that they are charged once; what may repeat, join or keep
/// a message goes between DeadlineStage and StoreStage, so that everything shares one deadline: a duplicate joins the first before that one
/// is kept or repeated, what keeps a message does so only when the retries behind it have failed.
/// <para>
/// A request has two times. At the client's timeout (<see cref="SendRequest.DeadlineTimestamp"/>) it is answered 12, unless a stage behind
/// DeadlineStage has left an <see cref="ITimeoutAction"/> in <see cref="SendRequest.AtTimeout"/>: then that one is asked, once, and may begin
/// something that has until <see cref="SendRequest.EndTimestamp"/>. Plain topics make a second attempt there; a stage that keeps messages puts its
/// own action in place after its <c>next</c> has returned, and the second attempt is not made.
/// </para>
/// Thread-safe.
/// </summary>
public sealed class SendPipeline : IDisposable
{
    private readonly TopicCatalog _catalog;
    private readonly SendTimeouts _timeouts;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly DropLog _drops;
    private readonly MessageRecorder? _recorder;
    private readonly WallClock _wallClock;
    private readonly RetryOptions _retries;
    private readonly DeadlineWheel _wheel;
    private readonly SecondTries _tries;
    private readonly LimitStage _limits;
    private readonly SendDelegate _send;
    private readonly SendDelegate _deliver;

    /// <param name="catalog">Topics and clusters.</param>
    /// <param name="timeouts">Deadlines by call.</param>
    /// <param name="time">The clock.</param>
    /// <param name="drops">Told of messages that are given up on.</param>
    /// <param name="logger">For bugs; expected failures are results.</param>
    /// <param name="retries">How often a message is tried; null for the defaults.</param>
    /// <param name="recorder">Told what became of each message; null for nobody.</param>
    /// <param name="spool">What delivers from the spool; null for no spool, whatever topics allow.</param>
    /// <param name="duplicateWindowEntries">Messages remembered for topics with a duplicate window, all together.</param>
    public SendPipeline(
        TopicCatalog catalog,
        SendTimeouts timeouts,
        TimeProvider time,
        DropLog drops,
        ILogger<SendPipeline> logger,
        RetryOptions? retries = null,
        MessageRecorder? recorder = null,
        SpoolDelivery? spool = null,
        int duplicateWindowEntries = 200_000)
    {
        _drops = drops;
        _recorder = recorder;
        _wallClock = new WallClock(time);
        Latencies = new StageLatencies(time);
        _catalog = catalog;
        _timeouts = timeouts;
        _time = time;
        _logger = new GuardedLogger(logger);
        _retries = retries ?? new RetryOptions();
        _wheel = new DeadlineWheel(time);
        Duplicates = new DuplicateWindow(duplicateWindowEntries);

        SendDelegate attempt = new RetryStage(_retries, time, _logger, new StoreStage(time, _logger).SendAsync).SendAsync;
        SendDelegate keep = spool is null ? attempt : new SpoolStage(spool, time, _logger, attempt).SendAsync;
        _deliver = new DeadlineStage(_wheel, _logger, new DuplicateStage(Duplicates, time, keep).SendAsync, Late).SendAsync;
        _tries = new SecondTries(time);
        _limits = new LimitStage(catalog.Limits, _tries, time, _logger, _deliver);
        _send = new HeartbeatStage(new ValidateStage(new RouteStage(_limits.SendAsync).SendAsync).SendAsync).SendAsync;
    }

    /// <summary>How long messages take.</summary>
    public StageLatencies Latencies { get; }

    /// <summary>Messages remembered, to know their repeats.</summary>
    public DuplicateWindow Duplicates { get; }

    /// <summary>What has been answered and is still in its store's hands.</summary>
    public AbandonedBytes Abandoned { get; } = new();

    /// <summary>
    /// Begins a message: takes the snapshot it will see, finds its topic, fixes its deadline, enters it in the ledger.
    /// Every <see cref="Enter"/> is followed by one <see cref="Leave"/>, unless it has thrown: then the message is in no ledger.
    /// </summary>
    /// <param name="request">The message, with everything the client gave.</param>
    /// <param name="requestedTimeoutMs">The timeout the client asked for; 0 or less for none.</param>
    public void Enter(SendRequest request, long requestedTimeoutMs)
    {
        request.ReceivedTimestamp = _time.GetTimestamp();
        request.ReceivedUnixMs = _wallClock.UnixMs(request.ReceivedTimestamp);
        request.TimeoutMs = _timeouts.Resolve(request.Method, requestedTimeoutMs);
        request.DeadlineTimestamp = request.ReceivedTimestamp + (request.TimeoutMs * _time.TimestampFrequency / 1000);
        if (HeartbeatStage.IsHeartbeat(request))
        {
            request.Catalog = _catalog.Current;
        }
        else
        {
            request.Topic = _catalog.FindOrCreate(request.TopicName.GetValueOrDefault().Span, out CatalogSnapshot snapshot);
            request.Catalog = snapshot;
        }

        request.AllowsSecondCopy =
            _retries.IsOn && requestedTimeoutMs > 0 && request.Method is (SendMethod.Sync or SendMethod.DelaySync)
            && request.Topic?.Config.StrongOrder == false;
        request.EndTimestamp = request.DeadlineTimestamp
            + (request.AllowsSecondCopy ? RetryOptions.LastAttemptMs * _time.TimestampFrequency / 1000 : 0);
        LedgerOf(request).Enter(request.Body.Length);
    }

    /// <summary>Sends one message that has been entered.</summary>
    public ValueTask<SendResult> SendAsync(SendRequest request) => Guarded(_send, request);

    /// <summary>
    /// What would be answered without asking limits and store: a refusal, the heartbeat's 0, or null when the message is to be
    /// admitted and then sent with <see cref="DeliverAsync"/>.
    /// </summary>
    public SendResult? Check(SendRequest request)
    {
        if (HeartbeatStage.IsHeartbeat(request))
        {
            return SendResult.Ok();
        }

        return MessageRules.FindBroken(request) is { } detail
            ? SendResult.Refused(SendStatus.IllegalMessage, detail)
            : RouteStage.Route(request);
    }

    /// <summary>Whether the limits let messages pass that have passed <see cref="Check"/>: all of them (null), or none (the refusal).</summary>
    internal ValueTask<SendResult?> AdmitAsync(BatchCharges batch) => _limits.AdmitAsync(batch);

    /// <summary>Calls that wait for their second try at a limit.</summary>
    public int WaitingForLimit => _tries.Count;

    /// <summary>The proxy stops: what waits for its second try at a limit is answered 20 now, and nothing waits any more.</summary>
    public void EndWaits() => _tries.Close();

    /// <summary>Answers a delay call for a message that has been entered, by the rules that need no delay store.</summary>
    public SendResult CheckDelay(SendRequest request)
    {
        if (MessageRules.FindBroken(request) is { } detail)
        {
            return SendResult.Refused(SendStatus.IllegalMessage, detail);
        }

        if (request.Topic is not { } topic)
        {
            return SendResult.Refused(SendStatus.TopicNotAllowed);
        }

        if (MessageRules.IsInnerTopic(request))
        {
            return SendResult.Refused(SendStatus.IllegalMessage, MessageRules.InnerTopicRefused);
        }

        return topic.Config.DelayTopic
            ? _limits.Admit(request) ?? SendResult.Failed(SendStatus.Unknown, Stored.No, "this version keeps no delay messages")
            : SendResult.Refused(SendStatus.NotDelayTopic);
    }

    /// <summary>Sends one message that has passed <see cref="Check"/>.</summary>
    public ValueTask<SendResult> DeliverAsync(SendRequest request) => Guarded(_deliver, request);

    /// <summary>
    /// Ends a message: its outcome goes into the ledger. The one place where a message stops being in flight. Throws nothing: whoever is only told
    /// of an outcome cannot change it.
    /// </summary>
    public void Leave(SendRequest request, SendResult result)
    {
        TopicLedger ledger = LedgerOf(request);
        ledger.Leave(result);
        if (!ReferenceEquals(ledger, _catalog.Heartbeats))
        {
            Record(request, result, ledger);
        }

        if (request.IsAbandoned)
        {
            request.CountAbandoned(Abandoned);
        }
        else
        {
            request.LeaveFlight();
        }

        if (DropLog.IsDrop(result.Status))
        {
            WriteDrop(request, result);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tries.Dispose();
        _wheel.Dispose();
    }

    /// <summary>A message has waited since it came for its second try at a limit.</summary>
    internal void NoteLimiterWait(SendRequest request) => request.Trace.LimiterWaitTicks = _time.GetTimestamp() - request.ReceivedTimestamp;

    /// <summary>What is answered where a bug has thrown; logs it.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="stored">What is known of the message.</param>
    public SendResult Threw(Exception exception, Stored stored)
    {
        Log.StageThrew(_logger, exception);
        return SendResult.InternalError(stored);
    }

    // What a store says after the deadline has answered.
    private void Late(SendRequest request, SendResult result)
    {
        request.Topic?.Ledger.Late(result);
        Record(request, result, answeredIn: null);
    }

    private void Record(SendRequest request, SendResult result, TopicLedger? answeredIn)
    {
        try
        {
            long now = _time.GetTimestamp();
            if (answeredIn is not null)
            {
                Latencies.Record(request, result, answeredIn, now);
            }

            _recorder?.Record(request, result, now, isLate: answeredIn is null);
        }
        catch (Exception exception)
        {
            Log.NotRecorded(_logger, exception, request.Topic?.Name);
        }
    }

    private void WriteDrop(SendRequest request, SendResult result)
    {
        try
        {
            _drops.Write(request, result);
        }
        catch (Exception exception)
        {
            Log.DropNotWritten(_logger, exception, request.Topic?.Name);
        }
    }

    private TopicLedger LedgerOf(SendRequest request) =>
        request.Topic?.Ledger ?? (HeartbeatStage.IsHeartbeat(request) ? _catalog.Heartbeats : _catalog.UnknownTopics);

    // Whatever throws, the client gets its answer.
    private ValueTask<SendResult> Guarded(SendDelegate send, SendRequest request)
    {
        try
        {
            return send(request);
        }
        catch (Exception exception)
        {
            return new ValueTask<SendResult>(Threw(exception, Stored.Unknown));
        }
    }
}
