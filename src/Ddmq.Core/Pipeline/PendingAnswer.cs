using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using Ddmq.Core.Messages;
using Microsoft.Extensions.Logging;

namespace Ddmq.Core.Pipeline;

/// <summary>
/// A request that waits for its outcome and its deadline. Whichever comes first answers; a later outcome is only counted. One belongs to each
/// <see cref="SendRequest"/> and is reused with it, so that waiting costs no allocation.
/// <code>
/// Waiting ──outcome──────────────────────────────────────────────────────► Answered
///    │ ▲                                                                       ▲
/// tick │ the action has begun something                                        │
///    ▼ │                                                                       │
/// AtTimeout ──outcome──► OutcomeCame ──the wheel answers with it───────────────┤
///    └──no action, nothing more to do, or the end──the last word───────────────┘
/// </code>
/// <para>
/// The race. Who moves the state out of Waiting acts. The wheel does so under its own lock, and the outcome's side takes that lock to leave the
/// wheel before it answers; so once a request has been answered with an outcome no tick still holds it, and it may be reused. While
/// the wheel runs a request's <see cref="ITimeoutAction"/> an outcome is left for it to report. A request answered by the wheel's last word is
/// <see cref="SendRequest.IsAbandoned"/>: it belongs to the stages behind until their outcome has come, and is never reused.
/// </para>
/// </summary>
internal sealed class PendingAnswer : IValueTaskSource<SendResult>
{
    private const int Waiting = 0;
    private const int AtTimeout = 1;
    private const int OutcomeCame = 2;
    private const int Answered = 3;

    private readonly SendRequest _request;
    private readonly DeadlineWheel _wheel;
    private readonly Action<SendRequest, SendResult> _late;
    private readonly ILogger _logger;
    private readonly Action _onCompleted;
    private ManualResetValueTaskSourceCore<SendResult> _answer;
    private ConfiguredValueTaskAwaitable<SendResult>.ConfiguredValueTaskAwaiter _outcome;
    private SendResult _came;
    private bool _isPastTimeout;
    private volatile bool _knewBetter;
    private int _state;

    public PendingAnswer(SendRequest request, DeadlineWheel wheel, Action<SendRequest, SendResult> late, ILogger logger)
    {
        _request = request;
        _wheel = wheel;
        _late = late;
        _logger = logger;
        _onCompleted = OnCompleted;
    }

    /// <summary>When the wheel is to act, in the wheel's ticks.</summary>
    internal long DueTick { get; set; }

    /// <summary>Neighbours in the wheel's slot; the wheel's own, under its lock.</summary>
    internal PendingAnswer? Previous { get; set; }

    /// <inheritdoc cref="Previous"/>
    internal PendingAnswer? Next { get; set; }

    /// <summary>Whether it is in a slot; the wheel's own, under its lock.</summary>
    internal bool IsQueued { get; set; }

    /// <summary>Whether a tick is at work on it.</summary>
    internal bool IsAtTimeout => Volatile.Read(ref _state) is AtTimeout or OutcomeCame;

    /// <summary>Begins to wait for <paramref name="outcome"/>, which has not come yet, until the request's deadline.</summary>
    public ValueTask<SendResult> WaitAsync(ValueTask<SendResult> outcome)
    {
        _answer.Reset();
        _state = Waiting;
        _isPastTimeout = false;
        _knewBetter = false;
        _outcome = outcome.ConfigureAwait(false).GetAwaiter();
        var answer = new ValueTask<SendResult>(this, _answer.Version);

        // Into the wheel first: the outcome may come inside UnsafeOnCompleted, and must find itself there to leave.
        _wheel.Add(this, _request.DeadlineTimestamp);
        _outcome.UnsafeOnCompleted(_onCompleted);
        return answer;
    }

    /// <summary>Makes the wheel the one who acts; false when somebody else does or has.</summary>
    internal bool TryClaim() => Interlocked.CompareExchange(ref _state, AtTimeout, Waiting) == Waiting;

    /// <summary>Called by the wheel, after it has claimed.</summary>
    internal void Expire()
    {
        ITimeoutAction? action = _request.AtTimeout;
        if (!_isPastTimeout && action is not null && GoesOn(action))
        {
            // Back into the wheel before the state allows an answer: who answers must find itself there to leave.
            _isPastTimeout = true;
            _wheel.Add(this, _request.EndTimestamp);
            if (Interlocked.CompareExchange(ref _state, Waiting, AtTimeout) == AtTimeout)
            {
                return;
            }

            _wheel.Remove(this);
        }
        else if (Interlocked.CompareExchange(ref _state, Answered, AtTimeout) == AtTimeout)
        {
            _request.IsAbandoned = true;
            SendResult word = action?.LastWord() ?? NoAnswer(_request, _request.TimeoutMs);
            _knewBetter = word.Stored != Stored.Unknown;
            _answer.SetResult(word);
            return;
        }

        _state = Answered;
        _answer.SetResult(_came);
    }

    /// <summary>The answer of a request of whose message nothing is known after that time.</summary>
    internal static SendResult NoAnswer(SendRequest request, long ms) => SendResult.Failed(
        SendStatus.Timeout, Stored.Unknown, $"no answer from cluster {request.Cluster?.Name} within {ms} ms");

    private bool GoesOn(ITimeoutAction action)
    {
        try
        {
            return action.OnTimeout();
        }
        catch (Exception exception)
        {
            Log.StageThrew(_logger, exception);
            return false;
        }
    }

    private void OnCompleted()
    {
        SendResult outcome;
        try
        {
            outcome = _outcome.GetResult();
        }
        catch (Exception exception)
        {
            Log.StoreThrew(_logger, exception, _request.Cluster?.Name);
            outcome = SendResult.InternalError(Stored.Unknown);
        }

        _outcome = default;
        while (true)
        {
            switch (Interlocked.CompareExchange(ref _state, Answered, Waiting))
            {
                case Waiting:
                    _wheel.Remove(this);
                    _answer.SetResult(outcome);
                    return;
                case AtTimeout:
                    _came = outcome;
                    if (Interlocked.CompareExchange(ref _state, OutcomeCame, AtTimeout) == AtTimeout)
                    {
                        return;
                    }

                    break; // the wheel has just finished: look again
                default:
                    if (_request.Spooling?.IsWithCluster != true)
                    {
                        _request.LeaveFlight();
                    }

                    if (!_knewBetter)
                    {
                        _late(_request, outcome);
                    }

                    return;
            }
        }
    }

    SendResult IValueTaskSource<SendResult>.GetResult(short token) => _answer.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<SendResult>.GetStatus(short token) => _answer.GetStatus(token);

    void IValueTaskSource<SendResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _answer.OnCompleted(continuation, state, token, flags);
}
