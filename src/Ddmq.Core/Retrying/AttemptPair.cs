using Ddmq.Core.Messages;

namespace Ddmq.Core.Retrying;

/// <summary>
/// Two attempts for one message: the first, silent at the client's timeout, and the second, begun then. The second one's outcome is the answer;
/// the first one's only adds to what is known, and is the answer when it says that the message is stored and the second says nothing or has
/// failed. Once the wheel has had the last word the pair ends when both attempts have. Thread-safe: each attempt ends on a thread of its store.
/// </summary>
/// <param name="request">The message, held by the first attempt.</param>
internal sealed class AttemptPair(SendRequest request)
{
    private readonly Lock _lock = new();
    private SendResult? _first;
    private SendResult? _second;
    private bool _isGivenUp;

    /// <summary>The first attempt has ended.</summary>
    /// <returns>Whether <paramref name="answer"/> is to be reported now.</returns>
    public bool FirstEnded(SendResult outcome, out SendResult answer)
    {
        lock (_lock)
        {
            _first = outcome;
            answer = default;
            if (_second is not { } second)
            {
                return false;
            }

            CountDuplicate();
            if (_isGivenUp)
            {
                answer = Judge(second);
                return true;
            }
        }

        // Answered long ago, and only now out of its store's hands.
        request.LeaveFlight();
        return false;
    }

    /// <inheritdoc cref="FirstEnded"/>
    public bool SecondEnded(SendResult outcome, out SendResult answer)
    {
        lock (_lock)
        {
            _second = outcome;
            CountDuplicate();
            answer = Judge(outcome);
            if (_first is null && !_isGivenUp)
            {
                // It and its bytes stay the first attempt's.
                request.IsAbandoned = true;
            }

            return _first is not null || !_isGivenUp;
        }
    }

    /// <summary>The request's end has come without an answer.</summary>
    /// <returns>The first attempt's outcome when that has stored the message; null when nothing is known.</returns>
    public SendResult? GiveUp()
    {
        lock (_lock)
        {
            _isGivenUp = true;
            return _first is { Stored: Stored.Yes } stored ? stored : null;
        }
    }

    /// <summary>A failure of a message that another attempt may have stored: not certain any more, whatever the code promises.</summary>
    public static SendResult Doubt(SendResult outcome) => outcome.Stored != Stored.No ? outcome : outcome with
    {
        Status = outcome.Status == SendStatus.Timeout ? SendStatus.Timeout : SendStatus.Unknown,
        Stored = Stored.Unknown,
    };

    private SendResult Judge(SendResult second) => (second.Stored, _first?.Stored) switch
    {
        (Stored.Yes, _) => second,
        (_, Stored.Yes) => _first!.Value,
        (_, Stored.No) => second,
        _ => Doubt(second),
    };

    private void CountDuplicate()
    {
        if (_first is { Stored: Stored.Yes } && _second is { Stored: Stored.Yes })
        {
            request.Cluster!.Retries.CountDuplicate();
            request.Topic?.Ledger.Retries.CountDuplicate();
        }
    }
}
