using System.Globalization;
using System.Text.Json.Nodes;
using Ddmq.TestKit.Storage;

namespace Ddmq.TestKit.Brokers;

/// <summary>Reads a topic of a <see cref="RocketMqCluster"/> back, from its brokers, without the code under test.</summary>
internal static class RocketMqTopicReader
{
    private const int PullMessage = 11;
    private const int GetBrokerRuntimeInfo = 28;
    private const int GetMaxOffset = 30;
    private const int Found = 0;
    private const int NothingYet = 19;
    private const int RetryNow = 20;
    private const int OffsetMoved = 21;

    // The subscription is in the request: no heartbeat, no group that has to be known.
    private const string SubscriptionInRequest = "4";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(5);

    /// <summary>Everything in the queues of one broker, by queue and then offset.</summary>
    public static async Task<IReadOnlyList<RocketMqStoredMessage>> ReadAsync(RocketMqBroker broker, string topic, IEnumerable<int> queues)
    {
        using RemotingClient client = await RemotingClient.ConnectAsync(broker.Address).ConfigureAwait(false);
        using var limit = new CancellationTokenSource(Limit);
        await WaitForIndexAsync(client, limit.Token).ConfigureAwait(false);
        var messages = new List<RocketMqStoredMessage>();
        foreach (int queue in queues)
        {
            messages.AddRange(await ReadQueueAsync(client, broker.Name, topic, queue, limit.Token).ConfigureAwait(false));
        }

        return messages;
    }

    /// <summary>How many messages have been stored in the queues of one broker.</summary>
    public static async Task<long> CountAsync(RocketMqBroker broker, string topic, IEnumerable<int> queues)
    {
        using RemotingClient client = await RemotingClient.ConnectAsync(broker.Address).ConfigureAwait(false);
        using var limit = new CancellationTokenSource(Limit);
        await WaitForIndexAsync(client, limit.Token).ConfigureAwait(false);
        long count = 0;
        foreach (int queue in queues)
        {
            count += await EndAsync(client, topic, queue).ConfigureAwait(false);
        }

        return count;
    }

    // A message is stored and answered before its queue knows of it; the broker tells how many bytes it is behind. In its first second it
    // has no figures yet and answers with an error.
    private static async Task WaitForIndexAsync(RemotingClient client, CancellationToken limit)
    {
        while (true)
        {
            RemotingReply reply = await client.CallAsync(GetBrokerRuntimeInfo, default).ConfigureAwait(false);
            if (reply.Code == 0 && (string?)JsonNode.Parse(reply.Body)!["table"]!["dispatchBehindBytes"] == "0")
            {
                return;
            }

            await Task.Delay(PollInterval, limit).ConfigureAwait(false);
        }
    }

    private static async Task<long> EndAsync(RemotingClient client, string topic, int queue)
    {
        RemotingReply max = await client.CallAsync(
            GetMaxOffset, default, ("topic", topic), ("queueId", queue.ToString(CultureInfo.InvariantCulture))).ConfigureAwait(false);
        return max.Demand().Number("offset");
    }

    private static async Task<List<RocketMqStoredMessage>> ReadQueueAsync(
        RemotingClient client, string broker, string topic, int queue, CancellationToken limit)
    {
        string queueId = queue.ToString(CultureInfo.InvariantCulture);
        long end = await EndAsync(client, topic, queue).ConfigureAwait(false);
        var messages = new List<RocketMqStoredMessage>();
        for (long offset = 0; offset < end;)
        {
            limit.ThrowIfCancellationRequested();
            RemotingReply reply = await client.CallAsync(
                PullMessage,
                default,
                ("consumerGroup", "read-back"),
                ("topic", topic),
                ("queueId", queueId),
                ("queueOffset", offset.ToString(CultureInfo.InvariantCulture)),
                ("maxMsgNums", "32"),
                ("sysFlag", SubscriptionInRequest),
                ("commitOffset", "0"),
                ("suspendTimeoutMillis", "0"),
                ("subscription", "*"),
                ("subVersion", "0"),
                ("expressionType", "TAG")).ConfigureAwait(false);
            if (reply.Code is not (Found or NothingYet or RetryNow or OffsetMoved))
            {
                reply.Demand();
            }

            if (reply.Code == Found)
            {
                messages.AddRange(RocketMqRecords.Parse(broker, reply.Body).Where(message => message.Offset < end));
            }

            offset = reply.Number("nextBeginOffset");
        }

        return messages;
    }
}
