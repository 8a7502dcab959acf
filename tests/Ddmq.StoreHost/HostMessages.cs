using System.Text;
using Ddmq.Core.Messages;

namespace Ddmq.StoreHost;

/// <summary>
/// The messages the host stores: all of it follows from the key, so whoever reads them back can tell what they should be.
/// </summary>
public static class HostMessages
{
    /// <summary>How many topics there are, named <c>t0</c> and so on.</summary>
    public const int Topics = 3;

    /// <summary>The message of a key; <paramref name="caller"/> chooses topic and partition.</summary>
    public static SendRequest Create(int caller, string key) => new()
    {
        TopicName = Encoding.UTF8.GetBytes($"t{caller % Topics}"),
        Key = Encoding.UTF8.GetBytes(key),
        Body = Body(key),
        PartitionId = -1,
        HashId = caller,
    };

    /// <summary>The body of a key: mostly short, now and then long enough to span several blocks of the log.</summary>
    public static byte[] Body(string key)
    {
        // Not string.GetHashCode, which differs from process to process.
        int seed = 17;
        foreach (char character in key)
        {
            seed = unchecked((seed * 31) + character);
        }

        var random = new Random(seed);
        byte[] body = new byte[random.Next(50) == 0 ? random.Next(100_000) : random.Next(1, 400)];
        random.NextBytes(body);
        return body;
    }
}
