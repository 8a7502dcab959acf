using Ddmq.Cli.Output;

namespace Ddmq.Cli.Doctor;

/// <summary>Results for a person, a line each, or for a program.</summary>
internal static class HealthReport
{
    /// <summary>Writes the lines and a summary.</summary>
    public static void Write(TextWriter output, IReadOnlyList<CheckResult> results)
    {
        int width = results.Max(result => result.Check.Length);
        foreach (CheckResult result in results)
        {
            string remedy = result.Remedy is null ? "" : $" -> {SafeText.Of(result.Remedy)}";
            output.WriteLine($"{Word(result.Outcome),-4}  {SafeText.Of(result.Check).PadRight(width)}  {SafeText.Of(result.Found)}{remedy}");
        }

        int warnings = results.Count(result => result.Outcome == CheckOutcome.Warning);
        int failures = results.Count(result => result.Outcome == CheckOutcome.Failure);
        output.WriteLine($"{results.Count - warnings - failures} ok, {NameList.Count(warnings, "warning")}, {NameList.Count(failures, "failure")}");
    }

    /// <summary>The same as one JSON object.</summary>
    /// <param name="file">The configuration that was examined.</param>
    /// <param name="results">What was found.</param>
    public static string ToJson(string file, IReadOnlyList<CheckResult> results) => JsonText.Write(json =>
    {
        json.WriteStartObject();
        json.WriteBoolean("ok", !results.Any(result => result.Outcome == CheckOutcome.Failure));
        json.WriteString("configuration", file);
        json.WriteStartArray("checks");
        foreach (CheckResult result in results)
        {
            json.WriteStartObject();
            json.WriteString("check", result.Check);
            json.WriteString("outcome", Word(result.Outcome).ToLowerInvariant());
            json.WriteString("found", result.Found);
            json.WriteString("remedy", result.Remedy);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static string Word(CheckOutcome outcome) => outcome switch
    {
        CheckOutcome.Ok => "ok",
        CheckOutcome.Warning => "warn",
        _ => "FAIL",
    };
}
