using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;

namespace Ddmq.Core.Retrying;

/// <summary>
/// The attempts for one message, from the first that does not end at once to the outcome that is reported. One belongs to each
/// <see cref="SendRequest"/> and is reused with it, so that waiting for a first attempt costs no allocation.
/// <code>
///              ┌────────── retry, at once or after a pause ──────────┐
///              ▼                                                     │
/// first ──► with the store ──its outcome──► dealt with here (Ours) ──┴──► reported
///              │
///              └──the client's timeout──► overtaken: a second attempt with a request of its own ──► reported by <see cref="AttemptPair"/>
/// </code>
/// The store's thread and the wheel's meet in <see cref="_holder"/>: who changes it deals with the attempt.
/// </summary>
internal sealed class RetryingSend : IValueTaskSource<SendResult>, ITimeoutAction
{
    // The two lowest bits of _holder; the rest counts the attempts, so that who compares cannot take a later one for the one seen.
    private const int Ours = 0;
    private const int WithStore = 1;
    private const int Overtaken = 2;
    private const int NextAttempt = 4;

    private readonly RetryStage _stage;
    private readonly SendRequest _request;
    private readonly Action _onCompleted;
    private ManualResetValueTaskSourceCore<SendResult> _answer;
    private ConfiguredValueTaskAwaitable<SendResult>.ConfiguredValueTaskAwaiter _attempt;
    private int _attemptNumber;
    private int _holder;
    private bool _mayHaveCopy;
    private bool _isLast;
    private bool _isOverBudget;
    private int _pauses;
    private HashSet<string>? _triedBrokers;
    private AttemptPair? _pair;

    public RetryingSend(RetryStage stage, SendRequest request)
    {
        _stage = stage;
        _request = request;
        _onCompleted = OnCompleted;
    }

    /// <summary>Waits for the first attempt, which has not ended yet.</summary>
    public ValueTask<SendResult> WaitAsync(ValueTask<SendResult> attempt)
    {
        ValueTask<SendResult> answer = Begin();
        Await(attempt);
        return answer;
    }

    /// <summary>Goes on after a first attempt that has failed at once.</summary>
    public ValueTask<SendResult> GoOnAsync(SendResult outcome)
    {
        ValueTask<SendResult> answer = Begin();
        GoOn(outcome);
        return answer;
    }

    /// <inheritdoc/>
    public bool OnTimeout()
    {
        // Whatever follows, the request waits on until its end: an attempt that is under way may still bring the answer.
        int holder = Volatile.Read(ref _holder);
        if ((holder & WithStore) == 0 || _isLast || !_stage.Allows(_request, Stored.Unknown, _mayHaveCopy) || !RetryStage.MayGoElsewhere(_request))
        {
            return true;
        }

        if (!_stage.TryTakeRetry(_request))
        {
            _isOverBudget = true;
            return true;
        }

        _pair = new AttemptPair(_request);
        if (Interlocked.CompareExchange(ref _holder, Overtaken, holder) != holder)
        {
            // Its outcome has just come.
            _pair = null;
            _request.Cluster!.RetryBudget.GiveBack();
            return true;
        }

        Count(RetryReason.Silent);
        _ = OvertakeAsync();
        return true;
    }

    /// <inheritdoc/>
    public SendResult LastWord()
    {
        if (Volatile.Read(ref _holder) == Overtaken && _pair!.GiveUp() is { } stored)
        {
            return stored;
        }

        return Describe(PendingAnswer.NoAnswer(_request, _request.TimeoutMs + RetryOptions.LastAttemptMs), _request.Attempt + (_pair is null ? 1 : 2));
    }

    private ValueTask<SendResult> Begin()
    {
        _answer.Reset();
        _mayHaveCopy = false;
        _isLast = false;
        _isOverBudget = false;
        _pauses = 0;
        _triedBrokers?.Clear();
        _pair = null;
        _holder = Ours;
        if (_request.AllowsSecondCopy && !_request.IsDelayedByLimit)
        {
            _request.AtTimeout = this;
        }

        return new ValueTask<SendResult>(this, _answer.Version);
    }

    private void Await(ValueTask<SendResult> attempt)
    {
        _attempt = attempt.ConfigureAwait(false).GetAwaiter();
        _attemptNumber += NextAttempt;
        Volatile.Write(ref _holder, _attemptNumber | WithStore);
        _attempt.UnsafeOnCompleted(_onCompleted);
    }

    private void OnCompleted()
    {
        SendResult outcome;
        try
        {
            outcome = _attempt.GetResult();
        }
        catch (Exception exception)
        {
            Log.StoreThrew(_stage.Logger, exception, _request.Cluster?.Name);
            outcome = SendResult.InternalError(Stored.Unknown);
        }

        _attempt = default;
        int held = _attemptNumber | WithStore;
        if (Interlocked.CompareExchange(ref _holder, Ours, held) == held)
        {
            GoOn(outcome);
        }
        else if (_pair!.FirstEnded(outcome, out SendResult answer))
        {
            _answer.SetResult(answer);
        }
    }

    private async Task OvertakeAsync()
    {
        long now = _stage.Time.GetTimestamp();
        SendRequest copy = _request.CopyForSecondAttempt();
        _request.Trace.AttemptFailed(_request, PendingAnswer.NoAnswer(_request, _request.TimeoutMs), now);
        ValueTask<SendResult> second = new RetryingSend(_stage, copy).SecondAsync(_triedBrokers);
        _request.Trace.StoreHasIt(now);
        _request.LastBroker = copy.LastBroker;
        SendResult outcome = await second.ConfigureAwait(false);
        if (_pair!.SecondEnded(outcome, out SendResult answer))
        {
            _answer.SetResult(answer);
        }
    }

    /// <summary>Makes the second attempt, beside a first one that is silent: no further one may make another copy.</summary>
    private ValueTask<SendResult> SecondAsync(HashSet<string>? triedBrokers)
    {
        ValueTask<SendResult> answer = Begin();
        _isLast = true;
        _triedBrokers = triedBrokers;
        if (_request.LastBroker is { } broker)
        {
            (_triedBrokers ??= []).Add(broker);
        }

        SendResult outcome = default;
        if (Attempt(ref outcome))
        {
            GoOn(outcome);
        }

        return answer;
    }

    // A loop, not a recursion: an attempt may fail at once, again and again.
    private void GoOn(SendResult outcome)
    {
        while (!outcome.IsOk && MayTryAgain(outcome, out TimeSpan pause))
        {
            if (pause > TimeSpan.Zero)
            {
                _ = TryLaterAsync(pause, outcome);
                return;
            }

            if (!AttemptAgain(ref outcome))
            {
                return;
            }
        }

        Finish(outcome);
    }

    private async Task TryLaterAsync(TimeSpan pause, SendResult outcome)
    {
        await Task.Delay(pause, _stage.Time).ConfigureAwait(false);
        if (_stage.Time.GetTimestamp() >= _request.DeadlineTimestamp)
        {
            Finish(outcome);
            return;
        }

        if (AttemptAgain(ref outcome))
        {
            GoOn(outcome);
        }
    }

    private bool AttemptAgain(ref SendResult outcome)
    {
        _request.Trace.AttemptFailed(_request, outcome, _stage.Time.GetTimestamp());
        _request.Attempt++;
        return Attempt(ref outcome);
    }

    /// <summary>Makes an attempt; false when it has not ended yet.</summary>
    private bool Attempt(ref SendResult outcome)
    {
        ValueTask<SendResult> attempt = _stage.Next(_request);
        if (!attempt.IsCompletedSuccessfully)
        {
            Await(attempt);
            return false;
        }

        outcome = attempt.Result;
        return true;
    }

    /// <summary>Decides on another attempt after one that has failed, and has it paid for.</summary>
    /// <param name="outcome">The failure.</param>
    /// <param name="pause">How long to wait first, where going again at once would only meet the same.</param>
    private bool MayTryAgain(SendResult outcome, out TimeSpan pause)
    {
        bool mayHaveCopy = _mayHaveCopy || _isLast;
        _mayHaveCopy |= outcome.Stored == Stored.Unknown;
        pause = TimeSpan.Zero;
        if (!_stage.Allows(_request, outcome.Stored, mayHaveCopy))
        {
            return false;
        }

        // Past the client's timeout one attempt may begin, where nobody else has taken the timeout into his hands. A store that has not handed
        // the message on by then is as good as a silent one.
        long now = _stage.Time.GetTimestamp();
        bool isLate = now >= _request.DeadlineTimestamp;
        long end = isLate ? _request.EndTimestamp : _request.DeadlineTimestamp;
        if (!(outcome.RetryElsewhere || (isLate && outcome.Status == SendStatus.Timeout))
            || (isLate && (_isLast || !ReferenceEquals(_request.AtTimeout, this)))
            || !FindPause(out pause)
            || _stage.Time.GetElapsedTime(now, end) <= pause)
        {
            return false;
        }

        if (!_stage.TryTakeRetry(_request))
        {
            _isOverBudget = true;
            return false;
        }

        Count(outcome.Stored == Stored.No ? RetryReason.NotStored : RetryReason.Lost);
        _isLast |= isLate;
        _request.DeadlineTimestamp = end;
        return true;
    }

    /// <summary>The pause before the next attempt: none when it goes to a broker not tried yet. False when it would meet the very same again.</summary>
    private bool FindPause(out TimeSpan pause)
    {
        pause = TimeSpan.Zero;
        bool mayGoElsewhere = RetryStage.MayGoElsewhere(_request);
        string? broker = _request.LastBroker;
        if (broker is null && !mayGoElsewhere)
        {
            // A place without brokers to choose from: what could be repeated there, the store's client has repeated.
            return false;
        }

        if (broker is null || !mayGoElsewhere || !(_triedBrokers ??= []).Add(broker))
        {
            pause = Backoff.Pause(_pauses++, Random.Shared.NextDouble());
        }

        return true;
    }

    private void Count(RetryReason reason)
    {
        _request.Cluster!.Retries.CountRetry(reason);
        _request.Topic?.Ledger.Retries.CountRetry(reason);
    }

    private void Finish(SendResult outcome)
    {
        if (_request.Attempt > 0 && outcome.Stored == Stored.Yes)
        {
            _request.Cluster!.Retries.CountStoredByRetry();
            _request.Topic?.Ledger.Retries.CountStoredByRetry();
        }

        _answer.SetResult(outcome.IsOk ? outcome : Describe(outcome, _request.Attempt + 1));
    }

    /// <summary>
    /// What is told of a failure: the worst that is known of all attempts, since a message that an earlier one may have stored is not certainly
    /// unstored because the last one has not; and how many there were.
    /// </summary>
    private SendResult Describe(SendResult outcome, int attempts)
    {
        SendResult told = _mayHaveCopy ? AttemptPair.Doubt(outcome) : outcome;
        string? counted = attempts > 1 ? $"{attempts} attempts" : null;
        string? refused = _isOverBudget ? $"not tried again: the retry budget of cluster {_request.Cluster!.Name} is used up" : null;
        string?[] parts = [told.Detail, counted, refused];
        return counted is null && refused is null
            ? told
            : told with { Detail = string.Join("; ", parts.Where(part => part is not null)), RetryElsewhere = false };
    }

    SendResult IValueTaskSource<SendResult>.GetResult(short token) => _answer.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<SendResult>.GetStatus(short token) => _answer.GetStatus(token);

    void IValueTaskSource<SendResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _answer.OnCompleted(continuation, state, token, flags);
}
