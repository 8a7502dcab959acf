using System.Globalization;

namespace Ddmq.Config;

/// <summary>The range of a number; on a list or map of numbers, of each of them. Exact up to 2^53.</summary>
/// <param name="min">The smallest allowed value.</param>
/// <param name="max">The largest allowed value; <see cref="double.PositiveInfinity"/> for what the type can hold.</param>
internal sealed class LimitsAttribute(double min, double max = double.PositiveInfinity) : ValueRuleAttribute
{
    /// <summary>True when <c>min</c> itself is not allowed.</summary>
    public bool MinIsExclusive { get; init; }

    public override string Expected
    {
        get
        {
            string from = (MinIsExclusive ? "more than " : "") + min.ToString("R", CultureInfo.InvariantCulture);
            return double.IsPositiveInfinity(max) ? $"{from}{(MinIsExclusive ? "" : " or more")}" : $"{from} to {max.ToString("R", CultureInfo.InvariantCulture)}";
        }
    }

    public override bool Allows(object value)
    {
        double number = Convert.ToDouble(value, CultureInfo.InvariantCulture);
        return (MinIsExclusive ? number > min : number >= min) && number <= max;
    }
}
