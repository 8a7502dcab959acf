using System.Globalization;
using System.Text.Json;

namespace Ddmq.Cli.Top;

/// <summary>Numbers in few characters. What is null in the JSON is a dash.</summary>
internal static class Figures
{
    /// <summary>A count or a rate: <c>0</c>, <c>0.4</c>, <c>12</c>, <c>98765</c>, <c>1.23M</c>.</summary>
    public static string Of(JsonElement value) => value.ValueKind == JsonValueKind.Null ? "-" : Of(value.GetDouble());

    /// <inheritdoc cref="Of(JsonElement)"/>
    public static string Of(double value) => value switch
    {
        0 => "0",
        < 9.95 and > -9.95 => Text(value, "0.0"),
        < 99_999.5 => Text(value, "0"),
        < 999_500 => Text(value / 1e3, "0") + "k",
        < 99_950_000 => Text(value / 1e6, "0.00") + "M",
        < 999_500_000 => Text(value / 1e6, "0") + "M",
        _ => Text(value / 1e9, "0.00") + "G",
    };

    /// <summary>Milliseconds: <c>0.12</c>, <c>3.4</c>, <c>250</c>.</summary>
    public static string Ms(JsonElement value) => value.ValueKind == JsonValueKind.Null ? "-" : Ms(value.GetDouble());

    /// <inheritdoc cref="Ms(JsonElement)"/>
    public static string Ms(double value) => Text(value, value < 0.995 ? "0.00" : value < 99.5 ? "0.0" : "0");

    /// <summary>A share in percent: <c>45%</c>.</summary>
    public static string Percent(JsonElement value) => value.ValueKind == JsonValueKind.Null ? "-" : Text(value.GetDouble() * 100, "0") + "%";

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
