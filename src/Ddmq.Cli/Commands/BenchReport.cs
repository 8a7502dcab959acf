using System.Globalization;
using System.Text;
using System.Text.Json;
using Ddmq.Cli.Bench;
using Ddmq.Cli.Output;
using Ddmq.Thrift.ProducerProxy;

namespace Ddmq.Cli.Commands;

/// <summary>The report of <c>ddmq bench</c>, for people and for programs. The names in the JSON are a contract: see docs/cli.md.</summary>
internal static class BenchReport
{
    private static readonly double[] Percentiles = [50, 99, 99.9];

    /// <summary>Writes the report for people.</summary>
    public static void Write(CliContext context, LoadOptions options, LoadReport report)
    {
        TextWriter output = context.Out;
        output.WriteLine(Describe(options));
        var table = new TextTable(">msg/s", ">p50 ms", ">p99 ms", ">p99.9 ms", ">max ms", ">client us/msg", ">proxy us/msg");
        table.Add(
            report.MessagesPerSecond.ToString("N0", CultureInfo.InvariantCulture),
            Milliseconds(report.Latency.Percentile(50)),
            Milliseconds(report.Latency.Percentile(99)),
            Milliseconds(report.Latency.Percentile(99.9)),
            Milliseconds(report.Latency.Max),
            Microseconds(report.ClientCpuMicroseconds),
            Microseconds(report.ProxyCpuMicroseconds));
        table.WriteTo(context);
        foreach ((int code, long count, string? text) in report.Replies.Rows)
        {
            string first = text is null ? "" : $": {SafeText.Of(text, 200)}";
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"code {code,3} {ReplyCounts.Name(code)}  {count:N0} request{(count == 1 ? "" : "s")}{first}"));
        }

        WriteTrouble(output, report);
        if (report.ProxyCpuMicroseconds is null)
        {
            output.WriteLine("the proxy's CPU is unknown: its admin API was not reached (--admin URL)");
        }
    }

    /// <summary>The report for programs.</summary>
    public static string ToJson(LoadOptions options, LoadReport report) => JsonText.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("topic", options.Topic);
        json.WriteString("method", MethodName(options));
        json.WriteString("loop", options.RequestsPerSecond > 0 ? "open" : "closed");
        json.WriteNumber("rate", options.RequestsPerSecond * options.MessagesPerRequest);
        json.WriteNumber("connections", options.Connections);
        json.WriteNumber("pipeline", options.Pipeline);
        json.WriteNumber("messagesPerRequest", options.MessagesPerRequest);
        json.WriteNumber("size", options.BodySize);
        json.WriteNumber("seconds", report.Elapsed.TotalSeconds);
        json.WriteNumber("messages", report.Messages);
        json.WriteNumber("messagesPerSecond", report.MessagesPerSecond);
        json.WriteStartObject("latencyMicroseconds");
        foreach (double percentile in Percentiles)
        {
            json.WriteNumber("p" + percentile.ToString(CultureInfo.InvariantCulture), report.Latency.Percentile(percentile) / 1e3);
        }

        json.WriteNumber("max", report.Latency.Max / 1e3);
        json.WriteEndObject();
        json.WriteNumber("clientCpuMicrosecondsPerMessage", report.ClientCpuMicroseconds);
        if (report.ProxyCpuMicroseconds is { } cpu)
        {
            json.WriteNumber("proxyCpuMicrosecondsPerMessage", cpu);
        }
        else
        {
            json.WriteNull("proxyCpuMicrosecondsPerMessage");
        }

        json.WriteStartObject("requestsByResult");
        foreach ((int code, long count, _) in report.Replies.Rows)
        {
            json.WriteNumber(ReplyCounts.Name(code), count);
        }

        json.WriteEndObject();
        json.WriteNumber("lostConnections", report.LostConnections);
        json.WriteNumber("unansweredRequests", report.Unanswered);
        json.WriteNumber("unsentRequests", report.Unsent);
        json.WriteEndObject();
    });

    private static void WriteTrouble(TextWriter output, LoadReport report)
    {
        if (report.LostConnections > 0)
        {
            output.WriteLine($"{report.LostConnections} connections were lost: {SafeText.Of(report.FirstLoss ?? "for an unknown reason", 200)}");
        }

        if (report.Unanswered > 0)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Unanswered:N0} requests were never answered"));
        }

        if (report.Unsent > 0)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{report.Unsent:N0} requests were due and not sent: the proxy did not keep up with --rate (more --connections or --pipeline may help)"));
        }
    }

    private static string Describe(LoadOptions options)
    {
        string loop = options.RequestsPerSecond > 0
            ? $"open loop, {options.RequestsPerSecond * options.MessagesPerRequest:N0} msg/s, latency from when a message was due"
            : "closed loop";
        string batch = options.MessagesPerRequest > 1 ? $"({options.MessagesPerRequest})" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{MethodName(options)}{batch} to {SafeText.Of(options.Topic)}, {options.BodySize} B, {options.Connections} connections x {options.Pipeline}, {loop}");
    }

    private static string MethodName(LoadOptions options) =>
        Encoding.UTF8.GetString(ProducerServiceMethods.Name(options.Method));

    private static string Milliseconds(long nanoseconds) => (nanoseconds / 1e6).ToString("F3", CultureInfo.InvariantCulture);

    private static string Microseconds(double? value) => value?.ToString("F2", CultureInfo.InvariantCulture) ?? "unknown";
}
