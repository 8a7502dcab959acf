using System.Text;
using System.Text.Json;

namespace Ddmq.Cli.Output;

/// <summary>JSON for programs, one document a line. Everything beyond ASCII is escaped, so it is fit for a terminal too.</summary>
internal static class JsonText
{
    /// <summary>The element without line breaks or blanks.</summary>
    public static string Compact(JsonElement element) => Write(element.WriteTo);

    /// <summary>What the delegate writes.</summary>
    public static string Write(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            write(writer);
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }
}
