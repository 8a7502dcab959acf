using Ddmq.Core.Messages;
using Ddmq.TestKit.Storage;

namespace Ddmq.TestKit.Faults;

/// <summary>
/// Holds what senders were told against what lies in the broker. Stored: there once, as sent, where the answer says. Not stored: not there.
/// Unknown: there once, as sent, or not at all.
/// </summary>
public sealed class AnswerCheck
{
    private readonly List<string> _lies = [];
    private readonly bool _comparePlaces;

    /// <summary>Compares.</summary>
    /// <param name="sent">Everything that was sent to a topic, with its answers.</param>
    /// <param name="stored">Everything that lies in it.</param>
    /// <param name="comparePlaces">Whether partitions have kept their numbers all the time.</param>
    public AnswerCheck(IReadOnlyList<SentMessage> sent, IReadOnlyList<ReadBackMessage> stored, bool comparePlaces = true)
    {
        _comparePlaces = comparePlaces;
        ILookup<string, ReadBackMessage> byKey = stored.ToLookup(message => message.KeyText ?? "");
        foreach (SentMessage message in sent)
        {
            Check(message, [.. byKey[message.Key]]);
        }

        HashSet<string> known = [.. sent.Select(message => message.Key)];
        _lies.AddRange(byKey.Where(found => !known.Contains(found.Key)).Select(found => $"'{found.Key}' is stored and was never sent"));
        Failures = [.. sent.Where(message => !message.Result.IsOk)
            .GroupBy(message => $"{message.Result.Status}, stored {message.Result.Stored}: {message.Result.Detail}")
            .Select(group => (group.Key, group.Count()))];
        Answers = sent.Count;
        Slowest = sent.Count == 0 ? TimeSpan.Zero : sent.Max(message => message.Elapsed);
    }

    /// <summary>How many answers there were.</summary>
    public int Answers { get; }

    /// <summary>Answers that say stored.</summary>
    public int Yes { get; private set; }

    /// <summary>Answers that say not stored.</summary>
    public int No { get; private set; }

    /// <summary>Answers that leave it open.</summary>
    public int Unknown { get; private set; }

    /// <summary>Those of <see cref="Unknown"/> that are stored.</summary>
    public int UnknownStored { get; private set; }

    /// <summary>Copies beyond the first one of any message.</summary>
    public int Duplicates { get; private set; }

    /// <summary>The answers that are not ok, each kind with its number.</summary>
    public IReadOnlyList<(string Answer, int Count)> Failures { get; }

    /// <summary>The longest time to an answer.</summary>
    public TimeSpan Slowest { get; }

    /// <summary>Answers that are not true, in words.</summary>
    public IReadOnlyList<string> Lies => _lies;

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Answers} answers (slowest {Slowest.TotalSeconds:0.0} s): {Yes} stored, {No} not stored, "
        + $"{Unknown} unknown of which {UnknownStored} are stored; {Duplicates} duplicates; {_lies.Count} untrue"
        + string.Concat(Failures.Take(10).Select(failure => $"\n  {failure.Count} x {failure.Answer}"))
        + string.Concat(_lies.Take(10).Select(lie => $"\n  {lie}"));

    private void Check(SentMessage message, ReadBackMessage[] found)
    {
        SendResult result = message.Result;
        Duplicates += Math.Max(0, found.Length - 1);
        switch (result.Stored)
        {
            case Stored.Yes:
                Yes++;
                Demand(found.Length == 1, message, found);
                Demand(found.Length != 1 || IsAtItsPlace(result, found[0]), message, found);
                break;
            case Stored.No:
                No++;
                Demand(found.Length == 0, message, found);
                break;
            default:
                Unknown++;
                UnknownStored += found.Length > 0 ? 1 : 0;
                Demand(found.Length <= 1, message, found);
                break;
        }

        byte[] body = ClosedLoopSenders.BodyOf(message.Key);
        Demand(found.All(copy => copy.Body.AsSpan().SequenceEqual(body)), message, found);
    }

    private bool IsAtItsPlace(SendResult result, ReadBackMessage found) =>
        !_comparePlaces || result.Partition < 0 || (result.Partition, result.Offset) == (found.Partition, found.Offset);

    private void Demand(bool isTrue, SentMessage message, ReadBackMessage[] found)
    {
        if (!isTrue)
        {
            IEnumerable<string> copies = found.Select(copy => $"{copy.Partition}/{copy.Offset} of {copy.Body.Length} bytes");
            _lies.Add($"'{message.Key}' after {message.Elapsed.TotalMilliseconds:0} ms: {message.Result}; in the broker: "
                + (found.Length == 0 ? "nothing" : string.Join(", ", copies)));
        }
    }
}
