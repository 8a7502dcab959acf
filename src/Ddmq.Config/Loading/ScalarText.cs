using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Ddmq.Config.Loading;

/// <summary>Turns the text of a setting into its value and back. Numbers and booleans may come quoted, as in the original's JSON.</summary>
internal static class ScalarText
{
    // The names of the original's logging library; LOG_CARRERA_LEVEL carries them.
    private static readonly Dictionary<string, LogLevel> OriginalLevels = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ALL"] = LogLevel.Trace,
        ["INFO"] = LogLevel.Information,
        ["WARN"] = LogLevel.Warning,
        ["FATAL"] = LogLevel.Critical,
        ["OFF"] = LogLevel.None,
    };

    /// <summary>Reads a value.</summary>
    /// <param name="text">The text, without quotes.</param>
    /// <param name="type">string, int, long, double, bool or an enum.</param>
    /// <param name="problem">What is wrong, without the text itself; for example <c>is not a whole number</c>.</param>
    /// <returns>Null when the text is not of that type.</returns>
    public static object? Parse(string text, Type type, out string problem)
    {
        problem = "";
        if (type == typeof(string))
        {
            return text;
        }

        text = text.Trim();
        if (type == typeof(bool))
        {
            problem = "is not a yes or no";
            return ParseBoolean(text);
        }

        if (type == typeof(double))
        {
            problem = "is not a number";
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : null;
        }

        if (type.IsEnum)
        {
            problem = "is not one of the possible values";
            return ParseEnum(text, type);
        }

        problem = "is not a whole number";
        if (!Int128.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out Int128 whole))
        {
            return null;
        }

        problem = "is out of range";
        return type == typeof(int)
            ? whole >= int.MinValue && whole <= int.MaxValue ? (int)whole : null
            : whole >= long.MinValue && whole <= long.MaxValue ? (long)whole : null;
    }

    /// <summary>What a setting takes, to go after "expected".</summary>
    public static string Expected(Type type, ValueRuleAttribute? rule)
    {
        if (rule is not null)
        {
            return rule.Expected;
        }

        return type switch
        {
            _ when type == typeof(bool) => "true or false",
            _ when type.IsEnum => string.Join(", ", Enum.GetNames(type).Select(Lower)),
            _ when type == typeof(string) => "a text",
            _ when type == typeof(double) => "a number",
            _ => "a whole number",
        };
    }

    /// <summary>A value as the file would have it.</summary>
    public static string Format(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "true" : "false",
        Enum word => Lower(word.ToString()),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static object? ParseBoolean(string text) => text.ToUpperInvariant() switch
    {
        "TRUE" or "YES" or "ON" or "1" => true,
        "FALSE" or "NO" or "OFF" or "0" => false,
        _ => null,
    };

    private static object? ParseEnum(string text, Type type)
    {
        // Enum.TryParse would also take numbers and comma-separated combinations.
        string? name = Enum.GetNames(type).FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (name is not null)
        {
            return Enum.Parse(type, name);
        }

        return type == typeof(LogLevel) && OriginalLevels.TryGetValue(text, out LogLevel level) ? level : null;
    }

    private static string Lower(string name) => name.ToLowerInvariant();
}
