using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Ddmq.Cli.Output;
using Ddmq.Core.Messages;

namespace Ddmq.Cli.Sending;

/// <summary>Counts the outcomes of one <c>ddmq send</c> and says at the end what they were. Not thread-safe.</summary>
/// <param name="topic">The topic.</param>
internal sealed class SendSummary(string topic)
{
    // What JSON lists one by one; the counts go on beyond it.
    private const int MostFailuresListed = 1000;
    private const string NoResult = "NO_RESULT";

    private readonly long _begin = Stopwatch.GetTimestamp();
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly List<SendOutcome> _failures = [];

    /// <summary>Messages that came to an outcome.</summary>
    public long Sent { get; private set; }

    /// <summary>Messages stored, or spooled.</summary>
    public long Ok { get; private set; }

    /// <summary>Of those, the ones that wait on the proxy's disk.</summary>
    public long Spooled { get; private set; }

    /// <summary>The name of a result code, as the proxy's metrics and logs have it.</summary>
    public static string NameOf(int? code) => code switch
    {
        null => NoResult,
        >= 0 and <= SendStatuses.MaxCode => SendStatuses.Name((SendStatus)code) ?? $"CODE_{code}",
        _ => $"CODE_{code}",
    };

    /// <summary>A failure in one line.</summary>
    public static string Describe(SendOutcome outcome)
    {
        string code = outcome.Code is { } number ? $"code {number} {NameOf(number)}" : "no result";
        return $"message {outcome.Number}: {code}: {SafeText.Of(outcome.Text)}";
    }

    /// <summary>Counts an outcome.</summary>
    public void Add(SendOutcome outcome)
    {
        Sent++;
        string name = NameOf(outcome.Code);
        _counts[name] = _counts.GetValueOrDefault(name) + 1;
        if (outcome.IsOk)
        {
            Ok++;
            Spooled += outcome.IsSpooled ? 1 : 0;
        }
        else if (_failures.Count < MostFailuresListed)
        {
            _failures.Add(outcome);
        }
    }

    /// <summary>One line for people.</summary>
    public string ToLine(bool isComplete)
    {
        double seconds = Stopwatch.GetElapsedTime(_begin).TotalSeconds;
        string failed = Sent > Ok
            ? ", " + string.Join(", ", _counts.Where(count => count.Key != "OK").Select(count => $"{Number(count.Value)} {count.Key}"))
            : "";
        string rate = Sent > 1 ? $", {Number((long)(Sent / seconds))}/s" : "";
        string spooled = Spooled > 0 ? $" ({Number(Spooled)} on the proxy's disk, to be delivered later)" : "";
        string stopped = isComplete ? "" : "; stopped before all were sent";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Number(Ok)} of {Number(Sent)} message{(Sent == 1 ? "" : "s")} stored in {SafeText.Of(topic)}{spooled}{failed} ({seconds * 1000:F0} ms{rate}){stopped}");
    }

    /// <summary>The same for a program.</summary>
    public string ToJson(bool isComplete) => JsonText.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("topic", topic);
        json.WriteNumber("sent", Sent);
        json.WriteNumber("ok", Ok);
        json.WriteNumber("spooled", Spooled);
        json.WriteNumber("failed", Sent - Ok);
        json.WriteBoolean("complete", isComplete);
        json.WriteNumber("elapsedMs", (long)Stopwatch.GetElapsedTime(_begin).TotalMilliseconds);
        json.WriteStartObject("results");
        foreach ((string name, long count) in _counts)
        {
            json.WriteNumber(name, count);
        }

        json.WriteEndObject();
        json.WriteStartArray("failures");
        foreach (SendOutcome failure in _failures)
        {
            json.WriteStartObject();
            json.WriteNumber("message", failure.Number);
            if (failure.Code is { } code)
            {
                json.WriteNumber("code", code);
            }
            else
            {
                json.WriteNull("code");
            }

            json.WriteString("name", NameOf(failure.Code));
            json.WriteString("msg", failure.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
