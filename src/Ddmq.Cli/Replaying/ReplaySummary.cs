using System.Globalization;
using Ddmq.Cli.Output;

namespace Ddmq.Cli.Replaying;

/// <summary>What one <c>ddmq replay</c> came to. Not thread-safe.</summary>
internal sealed class ReplaySummary
{
    /// <summary>Lines read, empty ones left out.</summary>
    public long Lines { get; set; }

    /// <summary>Lines of other topics, when one was asked for.</summary>
    public long OfOtherTopics { get; set; }

    /// <summary>Lines that cannot be sent again.</summary>
    public long Unusable { get; set; }

    /// <summary>Messages sent, or that would be.</summary>
    public long Sent { get; set; }

    /// <summary>Of those, the ones that may have been stored the first time.</summary>
    public long PossibleDuplicates { get; set; }

    /// <summary>Messages answered 0.</summary>
    public long Ok { get; set; }

    /// <summary>Whether the whole file was read and sent.</summary>
    public bool IsComplete { get; set; } = true;

    /// <summary>One line for people.</summary>
    public string ToLine(bool isDryRun)
    {
        string what = isDryRun ? $"{Number(Sent)} messages would be sent" : $"{Number(Ok)} of {Number(Sent)} messages stored or spooled";
        string second = PossibleDuplicates == 0 ? "" : $", {Number(PossibleDuplicates)} of them perhaps a second time";
        string unusable = Unusable == 0 ? "" : $"; {Number(Unusable)} lines cannot be sent again";
        string others = OfOtherTopics == 0 ? "" : $"; {Number(OfOtherTopics)} lines are of other topics";
        string stopped = IsComplete ? "" : "; stopped before the end";
        return $"{what}{second}{unusable}{others}{stopped}";
    }

    /// <summary>The same for a program.</summary>
    public string ToJson(bool isDryRun) => JsonText.Write(json =>
    {
        json.WriteStartObject();
        json.WriteBoolean("dryRun", isDryRun);
        json.WriteNumber("lines", Lines);
        json.WriteNumber("sent", Sent);
        json.WriteNumber("ok", Ok);
        json.WriteNumber("failed", isDryRun ? 0 : Sent - Ok);
        json.WriteNumber("unusable", Unusable);
        json.WriteNumber("ofOtherTopics", OfOtherTopics);
        json.WriteNumber("possibleDuplicates", PossibleDuplicates);
        json.WriteBoolean("complete", IsComplete);
        json.WriteEndObject();
    });

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
