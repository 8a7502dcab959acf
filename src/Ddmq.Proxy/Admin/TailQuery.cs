using Microsoft.AspNetCore.Http;

namespace Ddmq.Proxy.Admin;

/// <summary>What a reader of a topic asks for.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">Only that partition; null for all.</param>
/// <param name="From">Where to begin in each partition; <see cref="Earliest"/> and <see cref="Latest"/> for its ends.</param>
/// <param name="Last">Instead of <paramref name="From"/>: the last so many messages of all partitions together.</param>
/// <param name="Limit">At most so many messages.</param>
/// <param name="Follow">Whether to go on with what comes.</param>
internal sealed record TailQuery(string Topic, int? Partition, long From, int? Last, long Limit, bool Follow)
{
    public const long Earliest = 0;
    public const long Latest = long.MaxValue;

    // The last messages are gathered and sorted in memory.
    private const int MaxLast = 10_000;

    /// <summary>Reads the query; null and what is wrong when it cannot be understood.</summary>
    public static TailQuery? Parse(HttpRequest request, out string? error)
    {
        int? partition = null;
        long from = Earliest;
        int? last = null;
        long limit = long.MaxValue;
        bool follow = false;
        error = null;
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in request.Query)
        {
            string value = values.ToString();
            switch (name)
            {
                case "partition" when int.TryParse(value, out int number) && number >= 0:
                    partition = number;
                    break;
                case "from" when value is "earliest" or "latest":
                    from = value == "earliest" ? Earliest : Latest;
                    break;
                case "from" when long.TryParse(value, out long offset) && offset >= 0:
                    from = offset;
                    break;
                case "last" when int.TryParse(value, out int count) && count is >= 0 and <= MaxLast:
                    last = count;
                    break;
                case "limit" when long.TryParse(value, out long most) && most >= 0:
                    limit = most;
                    break;
                case "follow" when bool.TryParse(value, out bool on):
                    follow = on;
                    break;
                default:
                    error = $"{name}={value} is not understood; expected partition=N, from=earliest|latest|OFFSET, last=0..{MaxLast}, "
                        + "limit=N, follow=true|false";
                    return null;
            }
        }

        return new TailQuery((string)request.RouteValues["topic"]!, partition, from, last, limit, follow);
    }
}
