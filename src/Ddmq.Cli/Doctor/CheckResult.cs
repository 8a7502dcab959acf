namespace Ddmq.Cli.Doctor;

/// <summary>One line of the doctor's: what was looked at, what was found, what helps. Immutable.</summary>
/// <param name="Check">What was looked at, for a person to find and a script to match: <c>configuration</c>, <c>kafka K_main</c>.</param>
/// <param name="Outcome">How serious it is.</param>
/// <param name="Found">What was found.</param>
/// <param name="Remedy">A command to run or a setting to change; null when there is nothing to do or <paramref name="Found"/> says it.</param>
internal sealed record CheckResult(string Check, CheckOutcome Outcome, string Found, string? Remedy)
{
    /// <summary>All is well.</summary>
    public static CheckResult Ok(string check, string found) => new(check, CheckOutcome.Ok, found, null);

    /// <summary>Somebody should look at it.</summary>
    public static CheckResult Warn(string check, string found, string? remedy) => new(check, CheckOutcome.Warning, found, remedy);

    /// <summary>Messages cannot be stored because of it.</summary>
    public static CheckResult Fail(string check, string found, string? remedy) => new(check, CheckOutcome.Failure, found, remedy);
}
