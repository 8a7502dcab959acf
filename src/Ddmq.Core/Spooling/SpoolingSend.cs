using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;

namespace Ddmq.Core.Spooling;

/// <summary>
/// A message of a topic that spools, from its first wait to the outcome that is reported. One belongs to each <see cref="SendRequest"/> and is
/// reused with it, so that waiting for a cluster that works costs no allocation.
/// <code>
/// Waiting ──stored, or refused for good───────────────► reported
///    ├──── failed ─────────────────────────► Decided ──► spooled, or why not
///    └──── the client's timeout ───────────► Decided ──► spooled, or why not; what the cluster says then comes too late
/// </code>
/// Whoever moves it out of Waiting acts. The disk has until the request's end; then <see cref="LastWord"/> is the answer, and an entry that is
/// written after that is in the spool all the same: <see cref="_told"/> decides which of the two the spool counts.
/// </summary>
internal sealed class SpoolingSend : IValueTaskSource<SendResult>, ITimeoutAction
{
    private const int Waiting = 0;
    private const int Decided = 1;

    private readonly SpoolStage _stage;
    private readonly SendRequest _request;
    private readonly Action _onCompleted;
    private readonly Func<bool> _tryTell;
    private ManualResetValueTaskSourceCore<SendResult> _answer;
    private ConfiguredValueTaskAwaitable<SendResult>.ConfiguredValueTaskAwaiter _sending;
    private int _state;
    private int _told;
    private volatile bool _isWithCluster;

    public SpoolingSend(SpoolStage stage, SendRequest request)
    {
        _stage = stage;
        _request = request;
        _onCompleted = OnCompleted;
        _tryTell = TryTell;
    }

    /// <summary>Whether the cluster still holds a message that has gone into the spool: then it is in flight until the cluster has spoken.</summary>
    public bool IsWithCluster => _isWithCluster;

    /// <summary>Waits for the attempts, which have not ended yet.</summary>
    public ValueTask<SendResult> WaitAsync(ValueTask<SendResult> sending)
    {
        ValueTask<SendResult> answer = Begin(Waiting);
        _sending = sending.ConfigureAwait(false).GetAwaiter();
        _sending.UnsafeOnCompleted(_onCompleted);
        return answer;
    }

    /// <summary>Puts the message into the spool without asking its cluster, or after that has failed at once.</summary>
    public ValueTask<SendResult> SpoolAsync(SendResult instead)
    {
        ValueTask<SendResult> answer = Begin(Decided);
        Spool(instead);
        return answer;
    }

    /// <inheritdoc/>
    public bool OnTimeout()
    {
        if (TryDecide())
        {
            // Its cluster still holds the message and its bytes.
            _isWithCluster = true;
            _request.IsAbandoned = true;
            Spool(PendingAnswer.NoAnswer(_request, _request.TimeoutMs));
        }

        return true;
    }

    /// <inheritdoc/>
    public SendResult LastWord() => TryTell()
        ? SendResult.Failed(
            SendStatus.Timeout,
            Stored.Unknown,
            $"no answer from cluster {_request.Cluster?.Name} within {_request.TimeoutMs} ms, nor from the disk of the spool "
            + $"within {_stage.Spool.Settings.MaxWait.TotalMilliseconds} ms after that")
        : Core.Spooling.Spool.Taken(_request.Cluster!.Name);

    private ValueTask<SendResult> Begin(int state)
    {
        _answer.Reset();
        _state = state;
        _told = 0;
        _request.AtTimeout = this;
        return new ValueTask<SendResult>(this, _answer.Version);
    }

    private void OnCompleted()
    {
        SendResult outcome;
        try
        {
            outcome = _sending.GetResult();
        }
        catch (Exception exception)
        {
            Log.StoreThrew(_stage.Logger, exception, _request.Cluster?.Name);
            outcome = SendResult.InternalError(Stored.Unknown);
        }

        _sending = default;
        if (!TryDecide())
        {
            _isWithCluster = false;
            _request.LeaveFlight();
        }
        else if (SpoolOutcomes.IsSpoolable(outcome))
        {
            Spool(outcome);
        }
        else
        {
            if (outcome.IsOk)
            {
                _stage.StoredDirectly(_request);
            }

            _answer.SetResult(outcome);
        }
    }

    private async void Spool(SendResult instead)
    {
        SendResult outcome;
        try
        {
            outcome = await _stage.Spool.AddAsync(_request, instead, _tryTell).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.StageThrew(_stage.Logger, exception);
            outcome = SendResult.InternalError(Stored.Unknown);
        }

        _answer.SetResult(outcome);
    }

    private bool TryDecide() => Interlocked.CompareExchange(ref _state, Decided, Waiting) == Waiting;

    private bool TryTell() => Interlocked.Exchange(ref _told, 1) == 0;

    SendResult IValueTaskSource<SendResult>.GetResult(short token) => _answer.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<SendResult>.GetStatus(short token) => _answer.GetStatus(token);

    void IValueTaskSource<SendResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _answer.OnCompleted(continuation, state, token, flags);
}
