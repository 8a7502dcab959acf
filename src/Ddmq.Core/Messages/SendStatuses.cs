using System.Text;

namespace Ddmq.Core.Messages;

/// <summary>Names and texts of <see cref="SendStatus"/>, as the original proxy has them (its logs, metrics and <c>msg</c>).</summary>
public static class SendStatuses
{
    private static readonly (SendStatus Status, string Name, string Text)[] Table =
    [
        (SendStatus.Ok, "OK", "OK"),
        (SendStatus.Unknown, "FAIL_UNKNOWN", "FAILED: unknown reason."),
        (SendStatus.IllegalMessage, "FAIL_ILLEGAL_MSG", "FAILED: Message is too large or illegal or the length is 0"),
        (SendStatus.Timeout, "FAIL_TIMEOUT", "FAILED: Send timeout"),
        (SendStatus.TopicNotAllowed, "FAIL_TOPIC_NOT_ALLOWED", "FAILED: Topic is not in the proxy white list"),
        (SendStatus.TopicNotExist, "FAIL_TOPIC_NOT_EXIST", "FAILED: Topic do not exist!"),
        (SendStatus.RateLimited, "FAIL_REFUSED_BY_RATE_LIMITER", "FAILED: Refused by the rate limiter."),
        (SendStatus.NotDelayTopic, "FAIL_TOPIC_IS_NOT_DELAY", "FAILED: Topic is not delay"),
        (SendStatus.DelayTopic, "FAIL_TOPIC_IS_DELAY", "FAILED: Topic is delay"),
        (SendStatus.ShuttingDown, "FAIL_SERVER_SHUTDOWN", "FAILED: Server is shutting down."),
        (SendStatus.NoProducerForCluster, "FAIL_NO_PRODUCER_FOR_CLUSTER", "FAILED: no producer for cluster."),
        (SendStatus.IllegalUniqDelayMsgId, "FAIL_ILLEGAL_UNIQ_DELAY_MSG_ID", "FAILED: Illegal uniqDelayMsgId."),
        (SendStatus.IllegalDelayMsgType, "FAIL_ILLEGAL_DELAY_MSG_TYPE", "FAILED: Illegal dMsgType."),
        (SendStatus.IllegalDelayAction, "FAIL_ILLEGAL_DELAY_ACTION", "FAILED: Illegal delay action."),
        (SendStatus.IllegalDelayTimestamp, "FAIL_ILLEGAL_DELAY_TIMESTAMP", "FAILED: Illegal delay timestamp."),
        (SendStatus.IllegalDelayInnerTopicSeq, "FAIL_ILLEGAL_DELAY_INNER_TOPIC_SEQ", "FAILED: Illegal delay innerTopicSeq."),
        (SendStatus.IllegalDelayLoopTimes, "FAIL_ILLEGAL_DELAY_LOOP_TIMES", "FAILED: Illegal delay loopTimes."),
        (SendStatus.IllegalDelayLoopExpire, "FAIL_ILLEGAL_DELAY_LOOP_EXPIRE",
            "FAILED: Illegal delay expire, expire must be greater than timestamp."),
        (SendStatus.IllegalDelayLoopInterval, "FAIL_ILLEGAL_DELAY_LOOP_INTERVAL",
            "FAILED: Illegal delay interval, interval can not be less than 3."),
        (SendStatus.IllegalDelayLoopExponentBase, "FAIL_ILLEGAL_DELAY_LOOP_EXPONENT_BASE",
            "FAILED: Illegal delay exponent base, base can not be less than 2."),
    ];

    private static readonly string[] Names = new string[MaxCode + 1];
    private static readonly string[] Texts = new string[MaxCode + 1];
    private static readonly byte[][] TextBytes = new byte[MaxCode + 1][];

    static SendStatuses()
    {
        foreach ((SendStatus status, string name, string text) in Table)
        {
            Names[(int)status] = name;
            Texts[(int)status] = text;
            TextBytes[(int)status] = Encoding.UTF8.GetBytes(text);
        }
    }

    /// <summary>The largest code; arrays indexed by code have one more element.</summary>
    public const int MaxCode = (int)SendStatus.IllegalDelayLoopExponentBase;

    /// <summary>Every status, in the order of the codes.</summary>
    public static IEnumerable<SendStatus> All => Table.Select(row => row.Status);

    /// <summary>The original's enum name, for example <c>FAIL_TIMEOUT</c>: the value of the metrics' <c>status</c> label.</summary>
    public static string Name(SendStatus status) => Names[(int)status];

    /// <summary>The original's <c>msg</c> text.</summary>
    public static string Text(SendStatus status) => Texts[(int)status];

    /// <summary><see cref="Text"/> in UTF-8. Not to be modified.</summary>
    public static ReadOnlyMemory<byte> Utf8Text(SendStatus status) => TextBytes[(int)status];
}
