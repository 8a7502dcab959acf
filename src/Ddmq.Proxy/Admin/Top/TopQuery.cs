using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Ddmq.Proxy.Admin.Top;

/// <summary>What is asked of <c>/api/top</c>.</summary>
/// <param name="Interval">Over which rates are measured: as long the answer takes.</param>
/// <param name="Sort">What the topics are sorted by, the largest first.</param>
/// <param name="Topics">At most so many topics.</param>
internal sealed record TopQuery(TimeSpan Interval, TopSort Sort, int Topics)
{
    private const int MaxTopics = 1000;
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    /// <summary>Reads the query; null and what is wrong when it cannot be understood.</summary>
    public static TopQuery? Parse(IQueryCollection query, out string? error)
    {
        var result = new TopQuery(TimeSpan.FromSeconds(1), TopSort.Rate, 50);
        error = null;
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in query)
        {
            string value = values.ToString();
            switch (name)
            {
                case "intervalMs" when long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long ms)
                    && ms >= Shortest.TotalMilliseconds && ms <= Longest.TotalMilliseconds:
                    result = result with { Interval = TimeSpan.FromMilliseconds(ms) };
                    break;
                case "sort" when Enum.TryParse(value, ignoreCase: true, out TopSort sort) && Enum.IsDefined(sort) && !char.IsAsciiDigit(value[0]):
                    result = result with { Sort = sort };
                    break;
                case "topics" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count <= MaxTopics:
                    result = result with { Topics = count };
                    break;
                default:
                    error = $"{name}={value} is not understood; expected intervalMs={Shortest.TotalMilliseconds}..{Longest.TotalMilliseconds}, "
                        + $"sort=rate|errors|p99|limit, topics=0..{MaxTopics}";
                    return null;
            }
        }

        return result;
    }
}
