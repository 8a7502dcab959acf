using System.Buffers;
using System.Text;
using System.Text.Json;
using Ddmq.Core.Messages;
using Ddmq.Storage.RocksDb;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Ddmq.Proxy.Admin;

/// <summary>
/// What the embedded store holds: <c>/api/topics</c>, and <c>/api/topics/{topic}/messages</c> as one JSON object a line.
/// <list type="table">
/// <item><c>partition</c>: only that one; otherwise all, merged by store time</item>
/// <item><c>from</c>: <c>earliest</c> (default), <c>latest</c>, or an offset</item>
/// <item><c>last</c>: instead of <c>from</c>, the last so many messages</item>
/// <item><c>limit</c>: at most so many</item>
/// <item><c>follow=true</c>: goes on with what comes, until the client hangs up</item>
/// </list>
/// </summary>
internal static class TopicEndpoints
{
    public static void Map(WebApplication app, ProxyStatus status)
    {
        app.MapGet("/api/topics", context => context.Response.WriteAsJsonAsync(
            (status.Store as RocksDbStore)?.Topics().OrderBy(topic => topic.Name, StringComparer.Ordinal).Select(topic => new
            {
                topic = topic.Name,
                partitions = topic.Partitions.Select(partition => new
                {
                    partition = partition.Partition,
                    firstOffset = partition.FirstOffset,
                    nextOffset = partition.NextOffset,
                    bytes = partition.Bytes,
                }),
            }) ?? []));

        app.MapGet("/api/topics/{topic}/messages", context => status.Store is RocksDbStore store
            ? WriteMessagesAsync(context, store)
            : RefuseAsync(context, StatusCodes.Status404NotFound, "this proxy has no embedded store"));
    }

    private static async Task WriteMessagesAsync(HttpContext context, RocksDbStore store)
    {
        if (TailQuery.Parse(context.Request, out string? error) is not { } query)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, error!);
            return;
        }

        var tail = new TopicTail(store, query);
        if (!query.Follow && !tail.TopicExists)
        {
            await RefuseAsync(context, StatusCodes.Status404NotFound, $"topic {query.Topic} is not in the embedded store");
            return;
        }

        context.Response.ContentType = "application/x-ndjson; charset=utf-8";
        await context.Response.StartAsync();
        await context.Response.Body.FlushAsync(); // a follower is told at once that it is connected
        var buffer = new ArrayBufferWriter<byte>();
        try
        {
            await foreach (IReadOnlyList<StoredMessage> messages in tail.ReadAsync(context.RequestAborted))
            {
                foreach (StoredMessage message in messages)
                {
                    WriteLine(buffer, query.Topic, message);
                }

                await context.Response.Body.WriteAsync(buffer.WrittenMemory, context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                buffer.ResetWrittenCount();
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or RocksDbStoreException)
        {
            // The follower hung up, or the store was closed: the proxy stops, or waits for room on the disk.
        }
    }

    private static void WriteLine(ArrayBufferWriter<byte> buffer, string topic, StoredMessage message)
    {
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("topic", topic);
            json.WriteNumber("partition", message.Partition);
            json.WriteNumber("offset", message.Offset);
            WriteText(json, "key", message.Key);
            WriteText(json, "tags", message.Tags);
            json.WriteStartObject("properties");
            foreach (MessageProperty property in message.Properties)
            {
                json.WriteString(property.Name.Span, property.Value.Span);
            }

            json.WriteEndObject();
            json.WriteBase64String("bodyBase64", message.Body.Span);
            json.WriteNumber("bornUnixMs", message.BornUnixMs);
            json.WriteNumber("storeUnixMs", message.StoreUnixMs);
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
    }

    private static void WriteText(Utf8JsonWriter json, string name, ReadOnlyMemory<byte>? text)
    {
        if (text is { } utf8)
        {
            json.WriteString(name, Encoding.UTF8.GetString(utf8.Span));
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static Task RefuseAsync(HttpContext context, int code, string error)
    {
        context.Response.StatusCode = code;
        return context.Response.WriteAsJsonAsync(new { error });
    }
}
