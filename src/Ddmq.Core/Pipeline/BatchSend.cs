using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;
using Ddmq.Core.Limits;
using Ddmq.Core.Messages;

namespace Ddmq.Core.Pipeline;

/// <summary>
/// The messages of one <c>sendBatchSync</c> call and their common verdict.
/// <para>
/// All messages are checked before the first is sent: one that would be refused refuses the call, and nothing is
/// stored. What the call costs its topics and the proxy is taken whole, or nothing of it. Then all are handed to their
/// stores in the order given, which keeps the order within each partition; unless the first one's store says at once that it is too much. The verdict is 0 only when every message is
/// stored or spooled; otherwise it has the code of the first message that failed and says
/// how many are stored.
/// </para>
/// <para>Whatever throws, every message that was entered ends, once, and the call gets its verdict.</para>
/// Not thread-safe; reusable after <see cref="Reset"/> unless <see cref="IsAbandoned"/>.
/// </summary>
public sealed class BatchSend : IValueTaskSource<SendResult>
{
    // More than an SDK's usual batch; larger calls allocate for the rest.
    private const int KeptItems = 256;

    private readonly SendPipeline _pipeline;
    private readonly string? _client;
    private readonly List<Item> _items = [];
    private readonly BatchCharges _charges = new();
    private ManualResetValueTaskSourceCore<SendResult> _verdict;
    private int _pending;

    /// <param name="pipeline">Where the messages go.</param>
    /// <param name="client">The address of the client that sends them; null when not known.</param>
    public BatchSend(SendPipeline pipeline, string? client = null)
    {
        _pipeline = pipeline;
        _client = client;
    }

    /// <summary>Messages in the call.</summary>
    public int Count { get; private set; }

    /// <summary>True when a deadline answered while a store still holds a message: neither this nor its bytes may be reused.</summary>
    public bool IsAbandoned { get; private set; }

    /// <summary>Adds a message and returns it to be filled in.</summary>
    public SendRequest Add()
    {
        if (Count == _items.Count)
        {
            _items.Add(new Item(this));
        }

        SendRequest request = _items[Count++].Request;
        request.Method = SendMethod.BatchSync;
        request.Trace.Client = _client;
        return request;
    }

    /// <summary>Enters, checks and sends all messages. To be called once between two <see cref="Reset"/>s.</summary>
    public ValueTask<SendResult> SendAsync()
    {
        if (Count == 0)
        {
            return new ValueTask<SendResult>(SendResult.Ok());
        }

        ValueTask<SendResult?> admission;
        try
        {
            if (EnterAndCheck() is { } refused)
            {
                return new ValueTask<SendResult>(refused);
            }

            admission = _pipeline.AdmitAsync(_charges);
        }
        catch (Exception exception)
        {
            return SendAdmittedAsync(_pipeline.Threw(exception, Stored.No));
        }

        return admission.IsCompletedSuccessfully ? SendAdmittedAsync(admission.Result) : SendLaterAsync(admission);
    }

    /// <summary>Enters all messages and refuses them without sending any. Instead of <see cref="SendAsync"/>.</summary>
    public SendResult Refuse(SendResult refusal)
    {
        foreach (Item item in Items)
        {
            item.Enter();
            item.Leave(refusal);
        }

        return refusal;
    }

    /// <summary>Makes this ready for another call.</summary>
    public void Reset()
    {
        foreach (Item item in Items)
        {
            item.Request.Reset();
        }

        Count = 0;
        _charges.Clear();
        if (_items.Count > KeptItems)
        {
            _items.RemoveRange(KeptItems, _items.Count - KeptItems);
        }
    }

    private ReadOnlySpan<Item> Items => CollectionsMarshal.AsSpan(_items)[..Count];

    /// <summary>Enters all messages and checks them, and adds up what they cost. Null, or the refusal with which all have ended.</summary>
    private SendResult? EnterAndCheck()
    {
        foreach (Item item in Items)
        {
            item.Enter();
        }

        for (int i = 0; i < Count; i++)
        {
            Item item = _items[i];
            SendResult? known = _pipeline.Check(item.Request);
            if (known is { IsOk: false } refusal)
            {
                string reason = refusal.Detail is null ? "" : $": {refusal.Detail}";
                return RefuseAll(refusal, $"message {i + 1} of {Count}{reason}; none of the batch was sent");
            }

            item.Known = known;
            if (known is null)
            {
                _charges.Add(item.Request);
            }
        }

        return null;
    }

    private async ValueTask<SendResult> SendLaterAsync(ValueTask<SendResult?> admission)
    {
        SendResult? refused;
        try
        {
            foreach (Item item in Items)
            {
                item.Request.IsDelayedByLimit = true;
            }

            refused = await admission.ConfigureAwait(false);
            foreach (Item item in Items)
            {
                _pipeline.NoteLimiterWait(item.Request);
            }
        }
        catch (Exception exception)
        {
            // Nobody up the stack is left to catch it, and nothing has been handed to a store yet.
            refused = _pipeline.Threw(exception, Stored.No);
        }

        return await SendAdmittedAsync(refused).ConfigureAwait(false);
    }

    private ValueTask<SendResult> SendAdmittedAsync(SendResult? refused)
    {
        if (refused is { } refusal)
        {
            return new ValueTask<SendResult>(RefuseUnsent(refusal));
        }

        _verdict.Reset();
        var verdict = new ValueTask<SendResult>(this, _verdict.Version);
        _pending = 1; // ours, so that the verdict is not given before the last message has been handed over
        bool isRest = false;
        foreach (Item item in Items)
        {
            item.Request.IsRestOfBatch = isRest;
            SendResult? ended = item.Send();
            if (!isRest && ended is { Status: SendStatus.RateLimited, Stored: Stored.No } overload)
            {
                foreach (Item other in Items)
                {
                    other.TakeCharge();
                }

                return new ValueTask<SendResult>(RefuseUnsent(overload));
            }

            // Behind one that was not taken the next one is the first.
            isRest |= item.Known is null && ended is not { Stored: Stored.No };
        }

        CompleteOne();
        return verdict;
    }

    private SendResult RefuseUnsent(SendResult refusal) => RefuseAll(
        refusal, refusal.Detail is null ? "none of the batch was sent" : $"{refusal.Detail}; none of the batch was sent");

    private SendResult RefuseAll(SendResult refusal, string detail)
    {
        foreach (Item item in Items)
        {
            item.Leave(refusal);
        }

        return refusal with { Detail = detail };
    }

    private void CompleteOne()
    {
        if (Interlocked.Decrement(ref _pending) == 0)
        {
            _verdict.SetResult(Judge());
        }
    }

    private SendResult Judge()
    {
        int stored = 0;
        int spooled = 0;
        int unknown = 0;
        int firstFailed = -1;
        for (int i = 0; i < Count; i++)
        {
            Item item = _items[i];
            IsAbandoned |= item.Request.IsAbandoned;
            stored += item.Result.Stored == Stored.Yes ? 1 : 0;
            spooled += item.Result.Stored == Stored.Spooled ? 1 : 0;
            unknown += item.Result.Stored == Stored.Unknown ? 1 : 0;
            if (!item.Result.IsOk && firstFailed < 0)
            {
                firstFailed = i;
            }
        }

        if (firstFailed < 0)
        {
            return spooled == 0 ? SendResult.Ok() : SendResult.Spooled($"{spooled} of {Count} messages");
        }

        SendResult first = _items[firstFailed].Result;
        string reason = first.Detail is null ? "" : $": {first.Detail}";
        return SendResult.Failed(
            first.Status,
            stored + spooled + unknown == 0 ? Stored.No : Stored.Unknown,
            $"{stored} of {Count} messages are stored, {(spooled == 0 ? "" : $"{spooled} are spooled, ")}{unknown} may be; first failure is message {firstFailed + 1}{reason}");
    }

    SendResult IValueTaskSource<SendResult>.GetResult(short token) => _verdict.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<SendResult>.GetStatus(short token) => _verdict.GetStatus(token);

    void IValueTaskSource<SendResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _verdict.OnCompleted(continuation, state, token, flags);

    /// <summary>One message of the batch with what it needs to be awaited without allocation.</summary>
    private sealed class Item
    {
        private readonly BatchSend _batch;
        private readonly Action _onCompleted;
        private ConfiguredValueTaskAwaitable<SendResult>.ConfiguredValueTaskAwaiter _awaiter;
        private bool _isEntered;

        public Item(BatchSend batch)
        {
            _batch = batch;
            _onCompleted = OnCompleted;
        }

        public SendRequest Request { get; } = new();

        /// <summary>The answer the check already gave, if any (the heartbeat's).</summary>
        public SendResult? Known { get; set; }

        public SendResult Result { get; private set; }

        public void Enter()
        {
            _batch._pipeline.Enter(Request, 0);
            _isEntered = true;
        }

        /// <summary>Ends the message if it has been entered and has not ended. Throws nothing: others of the batch are still to be sent or to end.</summary>
        public void Leave(SendResult result)
        {
            if (_isEntered)
            {
                _isEntered = false;
                _batch._pipeline.Leave(Request, result);
            }
        }

        /// <summary>What the admission has charged for the message is the message's, which gives it back when it ends.</summary>
        public void TakeCharge()
        {
            if (_isEntered && Known is null)
            {
                Request.InFlightBytes = Request.Size;
            }
        }

        /// <summary>Hands the message over; its result, if it has ended at once. Throws nothing, as <see cref="Leave"/>.</summary>
        public SendResult? Send()
        {
            if (Known is { } known)
            {
                Finish(known);
                return known;
            }

            TakeCharge();
            ValueTask<SendResult> sending = _batch._pipeline.DeliverAsync(Request);
            _awaiter = sending.ConfigureAwait(false).GetAwaiter();
            if (_awaiter.IsCompleted)
            {
                Finish(Outcome());
                return Result;
            }

            Interlocked.Increment(ref _batch._pending);
            _awaiter.UnsafeOnCompleted(_onCompleted);
            return null;
        }

        private void OnCompleted()
        {
            Finish(Outcome());
            _batch.CompleteOne();
        }

        private SendResult Outcome()
        {
            try
            {
                return _awaiter.GetResult();
            }
            catch (Exception exception)
            {
                return _batch._pipeline.Threw(exception, Stored.Unknown);
            }
        }

        private void Finish(SendResult result)
        {
            Result = result;
            Leave(result);
        }
    }
}
