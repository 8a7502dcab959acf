using System.Text.Json;

namespace Ddmq.FunctionalTests.RealClients;

/// <summary>Text with one JSON object a line.</summary>
internal static class JsonLines
{
    /// <summary>The objects, in order. Throws <see cref="JsonException"/>, with the line, when one is not as expected.</summary>
    public static IEnumerable<T> Parse<T>(string text)
    {
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            yield return Parse(line);
        }

        static T Parse(string line)
        {
            try
            {
                return JsonSerializer.Deserialize<T>(line, JsonSerializerOptions.Web)!;
            }
            catch (JsonException exception)
            {
                throw new JsonException($"not a {typeof(T).Name}: {line[..Math.Min(line.Length, 500)]}", exception);
            }
        }
    }
}
