using System.Text;
using Ddmq.Core.Messages;
using Ddmq.Core.Topics;

namespace Ddmq.Storage.RocketMq.Sending;

/// <summary>What a message must keep to before it goes anywhere. A message that keeps to it costs no allocation. Thread-safe.</summary>
internal sealed class MessageLimits(int maxMessageSize)
{
    /// <summary>Brokers give the topic's length one signed byte.</summary>
    private const int MaxTopicLength = 127;

    // The broker's own topics. A plain send to the timer's wheel stops all timers of a 5.x broker.
    private static readonly byte[][] Forbidden =
    [
        .. new[]
        {
            "SCHEDULE_TOPIC_XXXX", "RMQ_SYS_TRANS_HALF_TOPIC", "RMQ_SYS_TRANS_OP_HALF_TOPIC", "TRANS_CHECK_MAX_TIME_TOPIC",
            "SELF_TEST_TOPIC", "OFFSET_MOVED_EVENT", "TBW102",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    private readonly SendResult _bodyRefused = Illegal($"the body is larger than the store's limit of {maxMessageSize} bytes");
    private readonly SendResult _bodyEmpty = Illegal("the body is empty");
    private readonly SendResult _topicRefused = Illegal("the topic's name is empty or has others than letters, digits, _ - % |");
    private readonly SendResult _topicForbidden = Illegal("the topic is one of the broker's own");
    private readonly SendResult _topicTooLong =
        SendResult.Refused(SendStatus.TopicNotExist, $"the topic's name has more than {MaxTopicLength} characters, which no broker takes");

    /// <summary>Checks a message.</summary>
    /// <param name="request">The message.</param>
    /// <param name="propertiesLength">What its properties take in a single send, in bytes.</param>
    /// <param name="canBatch">Whether its properties mean in a batch what they mean alone.</param>
    /// <param name="refusal">The answer when it is not allowed.</param>
    public bool Allows(SendRequest request, out int propertiesLength, out bool canBatch, out SendResult refusal)
    {
        propertiesLength = 0;
        canBatch = false;
        ReadOnlySpan<byte> topic = request.TopicName.GetValueOrDefault().Span;
        if (topic.Length > MaxTopicLength)
        {
            refusal = _topicTooLong;
            return false;
        }

        if (!TopicNames.IsValid(topic))
        {
            refusal = _topicRefused;
            return false;
        }

        if (IsForbidden(topic))
        {
            refusal = _topicForbidden;
            return false;
        }

        if (request.Body.IsEmpty || request.Body.Length > maxMessageSize)
        {
            refusal = request.Body.IsEmpty ? _bodyEmpty : _bodyRefused;
            return false;
        }

        if (PropertyString.Check(request, out propertiesLength, out canBatch) is { } broken)
        {
            refusal = Illegal(broken);
            return false;
        }

        refusal = default;
        return true;
    }

    private static bool IsForbidden(ReadOnlySpan<byte> topic)
    {
        if (topic.StartsWith("rmq_sys_"u8))
        {
            return true;
        }

        foreach (byte[] name in Forbidden)
        {
            if (topic.SequenceEqual(name))
            {
                return true;
            }
        }

        return false;
    }

    private static SendResult Illegal(string detail) => SendResult.Refused(SendStatus.IllegalMessage, detail);
}
