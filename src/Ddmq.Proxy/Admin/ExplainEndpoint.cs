using System.Globalization;
using System.Text;
using Ddmq.Core.Diagnostics.Recording;
using Ddmq.Core.Messages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Ddmq.Proxy.Admin;

/// <summary>
/// <c>/api/explain</c>: what became of the last messages with a key, for <c>ddmq explain</c>; 404 for a proxy that records none.
/// <list type="table">
/// <item><c>key</c>: the whole key; required</item>
/// <item><c>topic</c>: only messages of that topic</item>
/// <item><c>limit</c>: at most so many, the last ones; 20 unless told, 1,000 at most</item>
/// </list>
/// </summary>
internal static class ExplainEndpoint
{
    private const int DefaultLimit = 20;
    private const int MaxLimit = 1000;

    public static void Map(WebApplication app, ProxyStatus status) => app.MapGet("/api/explain", context =>
    {
        IQueryCollection query = context.Request.Query;
        int limit = DefaultLimit;
        if (query["key"].Count != 1)
        {
            return RefuseAsync(context, StatusCodes.Status400BadRequest, "key=KEY is missing: the whole key of a message");
        }

        if (query.TryGetValue("limit", out var text)
            && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is > 0 and <= MaxLimit))
        {
            return RefuseAsync(context, StatusCodes.Status400BadRequest, $"limit={text} is not understood; expected 1 to {MaxLimit}");
        }

        if (status.Recorder is not { } recorder)
        {
            return RefuseAsync(context, StatusCodes.Status404NotFound, "this proxy records no messages (ddmq.recorder.entries is 0)");
        }

        string key = query["key"].ToString();
        string? topic = query.TryGetValue("topic", out var topics) ? topics.ToString() : null;

        // Asked before the search: what is overwritten meanwhile had been promised by then.
        DateTimeOffset completeSince = recorder.CompleteSince;
        IReadOnlyList<RecordedMessage> messages = recorder.Find(Encoding.UTF8.GetBytes(key), topic, limit);
        return context.Response.WriteAsJsonAsync(new
        {
            key,
            topic,
            completeSince,
            capacity = recorder.Capacity,
            messages = messages.Select(Describe),
        });
    });

    private static object Describe(RecordedMessage message) => new
    {
        received = message.Received,
        topic = message.Topic,
        key = message.Key is null ? null : Encoding.UTF8.GetString(message.Key),
        keyBytes = message.KeyBytes,
        bodyBytes = message.BodyBytes,
        method = Method(message.Method),
        client = message.Client,
        limiter = message.Limiter switch
        {
            LimiterOutcome.Admitted => "admitted",
            LimiterOutcome.Delayed => "delayed",
            LimiterOutcome.Refused => "refused",
            _ => "not asked",
        },
        duplicate = message.IsDuplicate,
        spooled = message.Result.Stored == Stored.Spooled,
        late = message.IsLate,
        attempts = message.Attempts.Select(attempt => new
        {
            cluster = attempt.Cluster,
            broker = attempt.Broker,
            handedOverMs = attempt.HandedOverMs,
            endedMs = attempt.EndedMs,
            code = (int)attempt.Status,
            status = SendStatuses.Name(attempt.Status),
            stored = StoredText(attempt.Stored),
            detail = attempt.Detail,
            batchSize = attempt.BatchSize == 0 ? (int?)null : attempt.BatchSize,
        }),
        partition = message.Partition < 0 ? (int?)null : message.Partition,
        offset = message.Offset < 0 ? (long?)null : message.Offset,
        code = (int)message.Result.Status,
        status = SendStatuses.Name(message.Result.Status),
        stored = StoredText(message.Result.Stored),
        text = Encoding.UTF8.GetString(ResultText.Utf8(message.Result).Span),
        stages = new
        {
            limiterMs = message.LimiterWaitMs,
            proxyMs = Math.Max(0, (message.FirstHandedOverMs ?? message.AnsweredMs) - message.LimiterWaitMs),
            storeMs = message.FirstHandedOverMs is { } handedOver ? message.AnsweredMs - handedOver : (double?)null,
            totalMs = message.AnsweredMs,
        },
    };

    private static string Method(SendMethod method) => method switch
    {
        SendMethod.Sync => "sendSync",
        SendMethod.Async => "sendAsync",
        SendMethod.BatchSync => "sendBatchSync",
        _ => "sendDelaySync",
    };

    private static string StoredText(Stored stored) => stored switch
    {
        Stored.Yes => "yes",
        Stored.No => "no",
        Stored.Spooled => "spooled",
        _ => "unknown",
    };

    private static Task RefuseAsync(HttpContext context, int code, string error)
    {
        context.Response.StatusCode = code;
        return context.Response.WriteAsJsonAsync(new { error });
    }
}
