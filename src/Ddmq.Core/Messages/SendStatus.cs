namespace Ddmq.Core.Messages;

/// <summary>
/// The result codes a producer sees. The numbers are a wire contract shared with every DDMQ SDK: they are frozen by a
/// test, and a new one is added at the end. Codes 1 to 4 (an older proxy) and 16, 17 stay unused.
/// To add a result: a member here, its texts in <see cref="SendStatuses"/>, a row in docs/results.md.
/// </summary>
public enum SendStatus
{
    /// <summary>Stored. The only code that ends an SDK's own retries.</summary>
    Ok = 0,

    /// <summary>Failed for a reason without a code of its own. May have been stored: <c>msg</c> says so.</summary>
    Unknown = 10,

    /// <summary>The message breaks a rule (size, key, tags, properties, topic). The producer's fault; a retry cannot help.</summary>
    IllegalMessage = 11,

    /// <summary>No answer from the store within the request's deadline. May have been stored: <c>msg</c> says so.</summary>
    Timeout = 12,

    /// <summary>This proxy does not serve the topic. Not stored; another proxy may serve it.</summary>
    TopicNotAllowed = 13,

    /// <summary>The broker cluster does not know the topic. Not stored.</summary>
    TopicNotExist = 14,

    /// <summary>Over a limit of the topic or of this node. Not stored; a later retry helps.</summary>
    RateLimited = 15,

    /// <summary>A delay call for a topic that is not a delay topic. Not stored.</summary>
    NotDelayTopic = 18,

    /// <summary>An ordinary call for a delay topic. Not stored.</summary>
    DelayTopic = 19,

    /// <summary>This proxy is stopping. Not stored; another proxy will take it.</summary>
    ShuttingDown = 20,

    /// <summary>No client for the topic's broker cluster. Not stored; an operator must act.</summary>
    NoProducerForCluster = 21,

    /// <summary>The <c>uniqDelayMsgId</c> of a cancel is malformed.</summary>
    IllegalUniqDelayMsgId = 30,

    /// <summary><c>dmsgtype</c> is not 2, 3 or 4.</summary>
    IllegalDelayMsgType = 31,

    /// <summary><c>action</c> is neither 1 (add) nor 2 (cancel).</summary>
    IllegalDelayAction = 32,

    /// <summary><c>timestamp</c> is out of range.</summary>
    IllegalDelayTimestamp = 33,

    /// <summary>The inner topic number in a cancel's id is out of range.</summary>
    IllegalDelayInnerTopicSeq = 34,

    /// <summary><c>times</c> does not fit the delay type.</summary>
    IllegalDelayLoopTimes = 35,

    /// <summary><c>expire</c> is not after <c>timestamp</c>.</summary>
    IllegalDelayLoopExpire = 36,

    /// <summary><c>interval</c> of a loop is below 3 seconds.</summary>
    IllegalDelayLoopInterval = 37,

    /// <summary>The base of an exponential loop is below 2.</summary>
    IllegalDelayLoopExponentBase = 38,
}
