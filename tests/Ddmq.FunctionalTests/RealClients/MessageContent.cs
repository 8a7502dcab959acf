using System.Security.Cryptography;
using System.Text.Json;

namespace Ddmq.FunctionalTests.RealClients;

/// <summary>What must come out of the store as it went in, as one line that can be compared and read.</summary>
internal static class MessageContent
{
    /// <summary>
    /// Equal for two messages when key, tags, properties and every byte of the body are; a body is named by length and hash.
    /// </summary>
    public static string Describe(string? key, string? tags, IReadOnlyDictionary<string, string>? properties, byte[] body)
    {
        // A map of size zero says no more than none.
        var sorted = new SortedDictionary<string, string>(properties?.ToDictionary() ?? [], StringComparer.Ordinal);
        string hash = Convert.ToHexString(SHA256.HashData(body));
        return JsonSerializer.Serialize(new { key, tags, properties = sorted, length = body.Length, hash });
    }
}
