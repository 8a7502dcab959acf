using System.Diagnostics;
using System.Globalization;
using System.Text;
using Ddmq.Thrift.Client;
using Ddmq.Thrift.ProducerProxy;

namespace Ddmq.Cli.Doctor.Checks;

/// <summary>One message through the proxy, as an SDK sends it. Only for who asks for it.</summary>
internal static class SendCheck
{
    private const long TimeoutMs = 3000;

    /// <summary>Sends it.</summary>
    public static async Task<IReadOnlyList<CheckResult>> RunAsync((string Host, int Port) thrift, string topic, CancellationToken cancellation)
    {
        string check = $"send {topic}";
        try
        {
            await using ProducerClient client = await ProducerClient.ConnectAsync(thrift.Host, thrift.Port, cancellationToken: cancellation).ConfigureAwait(false);
            long began = Stopwatch.GetTimestamp();
            Result result = await client.SendSyncAsync(
                new Message { Topic = Encoding.UTF8.GetBytes(topic), Key = "ddmq-doctor"u8.ToArray(), Body = "a test message of ddmq doctor"u8.ToArray(), PartitionId = -2 },
                TimeoutMs,
                cancellation).ConfigureAwait(false);
            string text = string.Create(
                CultureInfo.InvariantCulture, $"code {result.Code}, {result.Msg.ToText() ?? ""}, after {Stopwatch.GetElapsedTime(began).TotalMilliseconds:F1} ms");
            return [result.Code == 0 ? CheckResult.Ok(check, text) : CheckResult.Fail(check, text, $"docs/results.md, code {result.Code}")];
        }
        catch (Exception exception) when (exception is IOException or TimeoutException or ThriftCallException)
        {
            return [CheckResult.Fail(check, exception.Message, "./control.sh start, when the proxy does not run")];
        }
    }
}
