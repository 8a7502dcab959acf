using System.Globalization;
using Ddmq.Cli.Output;

namespace Ddmq.Cli.Commands;

/// <summary>Durations as people type them: <c>500ms</c>, <c>10s</c>, <c>2m</c>; a bare number is seconds.</summary>
internal static class DurationText
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    /// <summary>Reads a duration of up to 24 hours; what is wrong becomes a <see cref="CliException"/> that names the option.</summary>
    public static TimeSpan Parse(string option, string text)
    {
        (string number, double seconds) = text switch
        {
            _ when text.EndsWith("ms", StringComparison.Ordinal) => (text[..^2], 0.001),
            _ when text.EndsWith('s') => (text[..^1], 1.0),
            _ when text.EndsWith('m') => (text[..^1], 60.0),
            _ => (text, 1.0),
        };
        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
            && value * seconds <= Longest.TotalSeconds
            ? TimeSpan.FromSeconds(value * seconds)
            : throw CliException.Usage($"{option} '{SafeText.Of(text)}' is no duration such as 500ms, 10s or 2m (24 h at most)");
    }
}
