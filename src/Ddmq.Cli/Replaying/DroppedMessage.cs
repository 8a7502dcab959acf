using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Ddmq.Thrift.Client;
using Ddmq.Thrift.ProducerProxy;
using Ddmq.Thrift.Protocol;

namespace Ddmq.Cli.Replaying;

/// <summary>
/// A message as a line of the drop log has it. docs/operations.md lists the line's members; those that are not known are passed over.
/// </summary>
/// <param name="Topic">The topic.</param>
/// <param name="Message">The message, as it was sent the first time.</param>
/// <param name="MayBeStored">Whether it may have been stored that time.</param>
internal sealed record DroppedMessage(string Topic, Message Message, bool MayBeStored)
{
    // A plain null beside memory in a conditional expression becomes a null array, and that an empty field.
    private static ReadOnlyMemory<byte>? Absent => null;

    /// <summary>Reads a line.</summary>
    /// <param name="line">The line, without its end.</param>
    /// <param name="message">The message.</param>
    /// <param name="reason">Why the line cannot be sent again.</param>
    public static bool TryParse(ReadOnlyMemory<byte> line, [NotNullWhen(true)] out DroppedMessage? message, [NotNullWhen(false)] out string? reason)
    {
        message = null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            reason = FindReason(root);
            if (reason is null)
            {
                message = new DroppedMessage(
                    root.GetProperty("topic").GetString()!, MessageOf(root), root.GetProperty("stored").GetString() != "no");
            }
        }
        catch (JsonException)
        {
            reason = "is not JSON; was its end cut off?";
        }
        catch (Exception exception) when (exception is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            reason = $"is not a line of the drop log ({exception.Message})";
        }

        return reason is null;
    }

    private static string? FindReason(JsonElement root)
    {
        if (root.TryGetProperty("entryBase64", out _))
        {
            return $"has no message: {root.GetProperty("detail").GetString()}";
        }

        if (!root.TryGetProperty("bodyBase64", out _))
        {
            return "has no body: it was written while ddmq.logs.dropBodies was off";
        }

        if (root.GetProperty("topic").GetString() is null)
        {
            return "has no topic";
        }

        return root.GetProperty("stored").GetString() == "yes" ? "is stored already" : null;
    }

    private static Message MessageOf(JsonElement root)
    {
        var message = new Message
        {
            Topic = ThriftText.Utf8(root.GetProperty("topic").GetString()!),
            Key = Text(root, "key"),
            Tags = Text(root, "tags"),
            PartitionId = root.GetProperty("partitionId").GetInt32(),
            HashId = root.GetProperty("hashId").GetInt64(),
            Body = root.GetProperty("bodyBase64").GetBytesFromBase64(),
            Version = "ddmq_cli"u8.ToArray(),
        };
        foreach (JsonProperty property in root.GetProperty("properties").EnumerateObject())
        {
            (message.Properties ??= new ThriftMap()).Add(Encoding.UTF8.GetBytes(property.Name), Encoding.UTF8.GetBytes(property.Value.GetString()!));
        }

        return message;
    }

    private static ReadOnlyMemory<byte>? Text(JsonElement root, string name) =>
        root.GetProperty(name).GetString() is { } text ? ThriftText.Utf8(text) : Absent;
}
