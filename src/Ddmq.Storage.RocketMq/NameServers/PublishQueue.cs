using System.Text;
using Ddmq.Storage.RocketMq.Brokers;
using Ddmq.Storage.RocketMq.Remoting;

namespace Ddmq.Storage.RocketMq.NameServers;

/// <summary>One queue that messages of a topic can be sent to. Immutable.</summary>
/// <param name="Index">Its place in the publish list: what the proxy calls the partition.</param>
/// <param name="BrokerName">Its broker.</param>
/// <param name="QueueId">Its number there.</param>
/// <param name="Client">The connection to the broker; null when the route names no master.</param>
/// <param name="Constants">The header fields that are the same for every message.</param>
internal sealed record PublishQueue(int Index, string BrokerName, int QueueId, BrokerClient? Client, FieldBlock Constants)
{
    /// <summary><see cref="BrokerName"/> in UTF-8. Not to be modified.</summary>
    public byte[] BrokerNameUtf8 { get; } = Encoding.UTF8.GetBytes(BrokerName);
}
