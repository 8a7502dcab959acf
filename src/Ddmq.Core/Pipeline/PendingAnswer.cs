using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using Ddmq.Core.Messages;
using Microsoft.Extensions.Logging;

namespace Ddmq.Core.Pipeline;

/// <summary>
/// A request that waits for its store and its deadline. Whichever comes first answers; the store's later word is only
/// counted. One belongs to each <see cref="SendRequest"/> and is reused with it, so that waiting costs no allocation.
/// <para>
/// The race. <see cref="_claimed"/> decides who answers. The wheel claims under its own lock, and the store's side
/// takes that lock to leave the wheel before it answers; so once a request has been answered by its store no tick still
/// holds it, and it may be reused. A request answered by the wheel is <see cref="SendRequest.IsAbandoned"/>: it belongs
/// to the store until the store has spoken, and is never reused.
/// </para>
/// </summary>
internal sealed class PendingAnswer : IValueTaskSource<SendResult>
{
    private readonly SendRequest _request;
    private readonly DeadlineWheel _wheel;
    private readonly ILogger _logger;
    private readonly Action _onStoreCompleted;
    private ManualResetValueTaskSourceCore<SendResult> _answer;
    private ConfiguredValueTaskAwaitable<SendResult>.ConfiguredValueTaskAwaiter _store;
    private int _claimed;

    public PendingAnswer(SendRequest request, DeadlineWheel wheel, ILogger logger)
    {
        _request = request;
        _wheel = wheel;
        _logger = logger;
        _onStoreCompleted = OnStoreCompleted;
    }

    /// <summary>When the wheel is to answer, in the wheel's ticks.</summary>
    internal long DueTick { get; set; }

    /// <summary>Neighbours in the wheel's slot; the wheel's own, under its lock.</summary>
    internal PendingAnswer? Previous { get; set; }

    /// <inheritdoc cref="Previous"/>
    internal PendingAnswer? Next { get; set; }

    /// <summary>Whether it is in a slot; the wheel's own, under its lock.</summary>
    internal bool IsQueued { get; set; }

    /// <summary>Begins to wait for <paramref name="store"/>, which has not completed yet, until the request's deadline.</summary>
    public ValueTask<SendResult> WaitAsync(ValueTask<SendResult> store)
    {
        _answer.Reset();
        _claimed = 0;
        _store = store.ConfigureAwait(false).GetAwaiter();
        var answer = new ValueTask<SendResult>(this, _answer.Version);

        // Into the wheel first: the store may complete inside UnsafeOnCompleted, and must find itself there to leave.
        _wheel.Add(this, _request.DeadlineTimestamp);
        _store.UnsafeOnCompleted(_onStoreCompleted);
        return answer;
    }

    /// <summary>Makes this the one who answers; false when somebody has answered already.</summary>
    internal bool TryClaim() => Interlocked.Exchange(ref _claimed, 1) == 0;

    /// <summary>Called by the wheel, after it has claimed.</summary>
    internal void Expire()
    {
        _request.IsAbandoned = true;
        _answer.SetResult(SendResult.Failed(
            SendStatus.Timeout, Stored.Unknown, $"no answer from cluster {_request.Cluster?.Name} within {_request.TimeoutMs} ms"));
    }

    private void OnStoreCompleted()
    {
        SendResult result;
        try
        {
            result = _store.GetResult();
        }
        catch (Exception exception)
        {
            Log.StoreThrew(_logger, exception, _request.Cluster?.Name);
            result = SendResult.Failed(SendStatus.Unknown, Stored.Unknown, "internal error, see error.log of the proxy");
        }

        _store = default;
        if (!TryClaim())
        {
            _request.LeaveFlight();
            _request.Topic?.Ledger.Late(result);
            return;
        }

        _wheel.Remove(this);
        _answer.SetResult(result);
    }

    SendResult IValueTaskSource<SendResult>.GetResult(short token) => _answer.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<SendResult>.GetStatus(short token) => _answer.GetStatus(token);

    void IValueTaskSource<SendResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _answer.OnCompleted(continuation, state, token, flags);
}
