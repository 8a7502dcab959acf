using System.Globalization;
using Ddmq.Storage.RocketMq.NameServers;
using Ddmq.Storage.RocketMq.Remoting;

namespace Ddmq.Storage.RocketMq.Sending;

/// <summary>
/// The parts of the send header (V2, one-letter names) that do not change from message to message, in the order of the names:
/// <c>a</c> group, <c>b</c> topic, <c>c</c> and <c>d</c> the template of a topic that does not exist and its queue count, <c>e</c> queue;
/// then behind the message's own fields <c>j</c> earlier deliveries, <c>k</c> unit mode, <c>m</c> batch, <c>n</c> the broker's name, which
/// proxies of 5.x route by and brokers ignore. Source: SendMessageRequestHeaderV2.
/// </summary>
internal static class SendHeader
{
    /// <summary>What brokers create topics after.</summary>
    public const string TemplateTopic = "TBW102";

    /// <summary>The fields before the message's own.</summary>
    public static FieldBlock Constants(HeaderEncoding encoding, string group, string topic, int topicQueues, int queueId) =>
        RequestWriter.Encode(
            encoding,
            ("a", group),
            ("b", topic),
            ("c", TemplateTopic),
            ("d", topicQueues.ToString(CultureInfo.InvariantCulture)),
            ("e", queueId.ToString(CultureInfo.InvariantCulture)));

    /// <summary>The fields behind the message's own.</summary>
    public static void WriteTail(ref RequestWriter writer, bool isBatch, PublishQueue queue)
    {
        writer.Field("j"u8, "0"u8);
        writer.Field("k"u8, "false"u8);
        writer.Field("m"u8, isBatch ? "true"u8 : "false"u8);
        writer.Field("n"u8, queue.BrokerNameUtf8);
    }

    /// <summary>The fork's form for several topics, where <c>n</c> says that it is one.</summary>
    public static void WriteMultiTopicTail(ref RequestWriter writer)
    {
        writer.Field("j"u8, "0"u8);
        writer.Field("k"u8, "false"u8);
        writer.Field("m"u8, "true"u8);
        writer.Field("n"u8, "true"u8);
    }
}
