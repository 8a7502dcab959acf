using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;

namespace Ddmq.Core.Retrying;

/// <summary>
/// The attempts for one message, from the first that does not succeed at once to the outcome that is reported. One belongs to each
/// <see cref="SendRequest"/> and is reused with it, so that waiting for a first attempt that succeeds costs no allocation.
/// </summary>
internal sealed class RetryingSend : IValueTaskSource<SendResult>
{
    private readonly RetryStage _stage;
    private readonly SendRequest _request;
    private readonly Action _onCompleted;
    private ManualResetValueTaskSourceCore<SendResult> _answer;
    private ConfiguredValueTaskAwaitable<SendResult>.ConfiguredValueTaskAwaiter _attempt;
    private bool _hasUnknown;

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
    public ValueTask<SendResult> RetryAsync(SendResult outcome)
    {
        ValueTask<SendResult> answer = Begin();
        GoOn(outcome);
        return answer;
    }

    private ValueTask<SendResult> Begin()
    {
        _answer.Reset();
        _hasUnknown = false;
        return new ValueTask<SendResult>(this, _answer.Version);
    }

    private void Await(ValueTask<SendResult> attempt)
    {
        _attempt = attempt.ConfigureAwait(false).GetAwaiter();
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
            outcome = SendResult.Failed(SendStatus.Unknown, Stored.Unknown, "internal error, see error.log of the proxy");
        }

        _attempt = default;
        GoOn(outcome);
    }

    // A loop, not a recursion: an attempt may fail at once, again and again.
    private void GoOn(SendResult outcome)
    {
        while (outcome.RetryElsewhere && MayRetry(outcome.Stored))
        {
            _hasUnknown |= outcome.Stored == Stored.Unknown;
            _request.Trace.AttemptFailed(_request, outcome, _stage.Time.GetTimestamp());
            _request.Attempt++;
            ValueTask<SendResult> attempt = _stage.Next(_request);
            if (!attempt.IsCompletedSuccessfully)
            {
                Await(attempt);
                return;
            }

            outcome = attempt.Result;
        }

        _answer.SetResult(WorstKnowledge(outcome));
    }

    private bool MayRetry(Stored stored) =>
        _stage.Time.GetTimestamp() < _request.DeadlineTimestamp && _stage.Allows(_request, stored, _hasUnknown);

    // A message that an earlier attempt may have stored is not certainly unstored because the last one has not.
    private SendResult WorstKnowledge(SendResult outcome)
    {
        if (_request.Attempt == 0 || outcome.IsOk)
        {
            return outcome;
        }

        string attempts = $"{_request.Attempt + 1} attempts";
        bool isUnknown = _hasUnknown && outcome.Stored == Stored.No;
        return outcome with
        {
            Status = isUnknown && outcome.Status != SendStatus.Timeout ? SendStatus.Unknown : outcome.Status,
            Stored = isUnknown ? Stored.Unknown : outcome.Stored,
            Detail = outcome.Detail is null ? attempts : $"{outcome.Detail}; {attempts}",
            RetryElsewhere = false,
        };
    }

    SendResult IValueTaskSource<SendResult>.GetResult(short token) => _answer.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<SendResult>.GetStatus(short token) => _answer.GetStatus(token);

    void IValueTaskSource<SendResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _answer.OnCompleted(continuation, state, token, flags);
}
