using System.Diagnostics;
using System.Text;
using Ddmq.Core.Messages;
using Ddmq.Core.Storage;
using Ddmq.TestKit.Storage;

namespace Ddmq.TestKit.Faults;

/// <summary>
/// Senders that go on whatever happens to the store: each sends a message, awaits the answer, sends the next. After a failure it waits
/// a moment, as an SDK does, and after its first 100 messages also after a success: a long scenario is not to bury the broker. Every
/// message has its own key, and a body that follows from the key (<see cref="BodyOf"/>). Half of the senders say that theirs come from batch
/// calls, which stores may gather. For one test at a time.
/// </summary>
public sealed class ClosedLoopSenders
{
    private const int AtFullSpeed = 100;

    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan AfterSuccess = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    private readonly IMessageStore _store;
    private readonly string _topic;
    private readonly TimeSpan _timeout;
    private readonly TimeSpan _patience;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Sender[] _senders;
    private readonly Task _all;

    private ClosedLoopSenders(IMessageStore store, string topic, int senders, TimeSpan timeout, TimeSpan patience)
    {
        _store = store;
        _topic = topic;
        _timeout = timeout;
        _patience = patience;
        _senders = [.. Enumerable.Range(0, senders).Select(_ => new Sender())];
        _all = Task.WhenAll(_senders.Select((sender, number) => Task.Run(() => SendAsync(sender, number))));
    }

    /// <summary>How many answers there are.</summary>
    public int Answered => _senders.Sum(sender => sender.Answered);

    /// <summary>How many of them do not say ok.</summary>
    public int Failed => _senders.Sum(sender => sender.Failed);

    /// <summary>Begins to send.</summary>
    /// <param name="store">Where to.</param>
    /// <param name="topic">A topic that nobody else sends to.</param>
    /// <param name="senders">How many at once.</param>
    /// <param name="timeout">The deadline of each message, from its sending on.</param>
    /// <param name="patience">How long an answer may take at most, deadline or not. One that takes longer fails what waits for it.</param>
    public static ClosedLoopSenders Start(IMessageStore store, string topic, int senders, TimeSpan timeout, TimeSpan patience) =>
        new(store, topic, senders, timeout, patience);

    /// <summary>The body of the message of that key, up to 3 KB.</summary>
    public static byte[] BodyOf(string key)
    {
        int repeat = 1 + (key.Sum(letter => letter) * 7 % 100);
        return Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat($"body of {key} ", repeat)));
    }

    /// <summary>Waits until that many messages more have been answered.</summary>
    public Task WaitForAnswersAsync(int count)
    {
        int before = Answered;
        return WaitUntilAsync(() => Answered >= before + count, $"{count} answers");
    }

    /// <summary>Waits until that many messages more have failed.</summary>
    public Task WaitForFailuresAsync(int count)
    {
        int before = Failed;
        return WaitUntilAsync(() => Failed >= before + count, $"{count} failures");
    }

    /// <summary>Waits until every sender has had success with a message that it sent after this call.</summary>
    public Task WaitForSuccessOfEachAsync()
    {
        long now = Stopwatch.GetTimestamp();
        return WaitUntilAsync(() => _senders.All(sender => sender.LastSuccessSentAt > now), "a success of each sender");
    }

    /// <summary>Lets every sender have the answer that it waits for, and no more.</summary>
    /// <exception cref="TimeoutException">One of the messages has not been answered in time.</exception>
    public async Task<IReadOnlyList<SentMessage>> StopAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _all.ConfigureAwait(false);
        _stopping.Dispose();
        return [.. _senders.SelectMany(sender => sender.Sent)];
    }

    private async Task SendAsync(Sender sender, int number)
    {
        for (int i = 0; !_stopping.IsCancellationRequested; i++)
        {
            string key = $"{number}-{i}";
            long started = Stopwatch.GetTimestamp();
            SendRequest request = TestRequests.Create(_topic, BodyOf(key), key, hashId: number + i);
            request.Method = number % 2 == 0 ? SendMethod.Sync : SendMethod.BatchSync;
            request.ReceivedTimestamp = started;
            request.ReceivedUnixMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            request.TimeoutMs = (long)_timeout.TotalMilliseconds;
            request.DeadlineTimestamp = started + (long)(_timeout.TotalSeconds * Stopwatch.Frequency);
            SendResult result;
            try
            {
                // The answer can come on the store's own thread, which is not ours to send from.
                result = await _store.SendAsync(request).AsTask().WaitAsync(_patience)
                    .ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            }
            catch (TimeoutException exception)
            {
                throw new TimeoutException($"Message {key} was not answered within {_patience.TotalSeconds:0} s.", exception);
            }

            sender.Add(new SentMessage(key, result, Stopwatch.GetElapsedTime(started)), started);
            if (!result.IsOk || i >= AtFullSpeed)
            {
                await Task.Delay(result.IsOk ? AfterSuccess : AfterFailure).ConfigureAwait(false);
            }
        }
    }

    private async Task WaitUntilAsync(Func<bool> condition, string what)
    {
        long started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (_all.IsFaulted)
            {
                await _all.ConfigureAwait(false);
            }

            if (Stopwatch.GetElapsedTime(started) > _patience)
            {
                IEnumerable<string> last = _senders.Select(sender => sender.LastResult).Distinct().Take(5);
                throw new TimeoutException($"No {what} within {_patience.TotalSeconds:0} s. Last failures: {string.Join('\n', last)}");
            }

            await Task.Delay(PollInterval).ConfigureAwait(false);
        }
    }

    /// <summary>What one sender has had answered. Written by the sender; only the counters are read while it sends.</summary>
    private sealed class Sender
    {
        private readonly List<SentMessage> _sent = [];
        private int _answered;
        private int _failed;
        private long _lastSuccessSentAt;
        private volatile string _lastResult = "none yet";

        public int Answered => Volatile.Read(ref _answered);

        public int Failed => Volatile.Read(ref _failed);

        public long LastSuccessSentAt => Volatile.Read(ref _lastSuccessSentAt);

        public string LastResult => _lastResult;

        public IReadOnlyList<SentMessage> Sent => _sent;

        public void Add(SentMessage message, long sentAt)
        {
            _sent.Add(message);
            if (message.Result.IsOk)
            {
                Volatile.Write(ref _lastSuccessSentAt, sentAt);
            }
            else
            {
                Volatile.Write(ref _failed, _failed + 1);
                _lastResult = message.Result.ToString();
            }

            Volatile.Write(ref _answered, _answered + 1);
        }
    }
}
