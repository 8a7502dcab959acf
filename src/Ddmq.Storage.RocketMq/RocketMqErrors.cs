using Ddmq.Core.Messages;
using Ddmq.Storage.RocketMq.Remoting;

namespace Ddmq.Storage.RocketMq;

/// <summary>
/// What a broker's answer, or its absence, means for a message: the one table. By code, never by text; a broker's text only goes into the
/// result's detail. Source: RocketMQ's ResponseCode and what releases 4.2 to 5.3.3 do with each on a send.
/// To add a code: a row here and in the test that lists them.
/// </summary>
internal static class RocketMqErrors
{
    // Longer remarks are stack traces.
    private const int MaxRemark = 200;

    /// <summary>The answer when no name server knows the topic and it cannot be created.</summary>
    public static readonly SendResult UnknownTopic =
        SendResult.Refused(SendStatus.TopicNotExist, "the name server knows no such topic, and no broker would create it");

    /// <summary>The answer when a topic is known, but none of its queues can be written to.</summary>
    public static readonly SendResult NoQueue =
        SendResult.Refused(SendStatus.TopicNotExist, "no broker of the topic has a master and a queue that may be written to");

    /// <summary>One row.</summary>
    /// <param name="Status">What the producer sees.</param>
    /// <param name="Stored">What is known.</param>
    /// <param name="RetryElsewhere">Whether another attempt may succeed.</param>
    /// <param name="IsRouteStale">Whether the topic's route is to be fetched anew.</param>
    /// <param name="IsBrokersState">Whether every request to this broker would be answered so now: nothing to be gained by sending a batch's messages singly.</param>
    internal readonly record struct Row(
        SendStatus Status, Stored Stored, bool RetryElsewhere = false, bool IsRouteStale = false, bool IsBrokersState = false);

    /// <summary>The row of a broker's response code; not for the codes that say "stored", see <see cref="IsStored"/>.</summary>
    public static Row OfCode(int code) => code switch
    {
        // Exceptions of every kind, a bad queue id (4.x), refused credentials (4.x), page cache busy (before 5.3).
        ResponseCode.SystemError => new(SendStatus.Unknown, Stored.No, RetryElsewhere: true, IsRouteStale: true),
        ResponseCode.SystemBusy => new(SendStatus.Unknown, Stored.No, RetryElsewhere: true, IsBrokersState: true),
        ResponseCode.RequestCodeNotSupported => new(SendStatus.Unknown, Stored.No),
        ResponseCode.MessageIllegal => new(SendStatus.IllegalMessage, Stored.No),

        // A slave, shutting down, or the disk is full.
        ResponseCode.ServiceNotAvailable =>
            new(SendStatus.Unknown, Stored.No, RetryElsewhere: true, IsRouteStale: true, IsBrokersState: true),
        ResponseCode.VersionNotSupported => new(SendStatus.Unknown, Stored.No),

        // The broker is read-only, the topic is the broker's own, or refused credentials (5.x).
        ResponseCode.NoPermission => new(SendStatus.Unknown, Stored.No, RetryElsewhere: true, IsRouteStale: true),
        ResponseCode.TopicNotExist => new(SendStatus.TopicNotExist, Stored.No, RetryElsewhere: true, IsRouteStale: true),
        ResponseCode.SubscriptionGroupNotExist => new(SendStatus.Unknown, Stored.No),

        // A bad queue id (from 5.3.2), or no longer a master (DDMQ's fork).
        ResponseCode.InvalidParameter => new(SendStatus.Unknown, Stored.No, RetryElsewhere: true, IsRouteStale: true),
        ResponseCode.NoBuyerId or ResponseCode.NotInCurrentUnit => new(SendStatus.Unknown, Stored.No, RetryElsewhere: true),
        ResponseCode.FlowControl => new(SendStatus.Unknown, Stored.No, IsBrokersState: true),
        ResponseCode.NotLeaderForQueue => new(SendStatus.Unknown, Stored.No, RetryElsewhere: true, IsRouteStale: true),
        ResponseCode.IllegalOperation => new(SendStatus.Unknown, Stored.No),
        ResponseCode.GoAway => new(SendStatus.Unknown, Stored.No, RetryElsewhere: true, IsRouteStale: true, IsBrokersState: true),

        // Nobody knows what a code from the future says.
        _ => new(SendStatus.Unknown, Stored.Unknown),
    };

    /// <summary>The row of a call without a reply.</summary>
    public static Row OfFailure(CallFailure failure) => failure switch
    {
        CallFailure.NotSent => new(SendStatus.Unknown, Stored.No, RetryElsewhere: true, IsRouteStale: true),
        CallFailure.Full => new(SendStatus.Unknown, Stored.No, RetryElsewhere: true),
        CallFailure.NotWritten => new(SendStatus.Unknown, Stored.No),

        // Refused at once what would only be given up later. The producer learns that it is too much; a spool takes it, see Hopeless.
        CallFailure.Hopeless => new(SendStatus.RateLimited, Stored.No),
        CallFailure.Overtaking => new(SendStatus.Unknown, Stored.No),
        CallFailure.Expired => new(SendStatus.Timeout, Stored.No),
        CallFailure.StoppedUnsent => new(SendStatus.ShuttingDown, Stored.No),

        // Not code 20: that one promises that the message is not stored.
        CallFailure.StoppedUnanswered => new(SendStatus.Unknown, Stored.Unknown),

        // Another attempt may succeed, and may make a second copy: whoever retries looks at Stored too.
        CallFailure.Lost => new(SendStatus.Unknown, Stored.Unknown, RetryElsewhere: true, IsRouteStale: true),
        _ => new(SendStatus.Timeout, Stored.Unknown, RetryElsewhere: true, IsRouteStale: true),
    };

    /// <summary>Whether the code says that the message is stored, if perhaps not yet flushed or copied.</summary>
    public static bool IsStored(int code) =>
        code is ResponseCode.Success or ResponseCode.FlushDiskTimeout or ResponseCode.SlaveNotAvailable or ResponseCode.FlushSlaveTimeout;

    /// <summary>The result of a message that is stored.</summary>
    public static SendResult OfStored(int code, int partition, long offset, WeakStorage weak) =>
        code == ResponseCode.Success || weak == WeakStorage.IsOk
            ? SendResult.Ok(partition, offset)
            : new SendResult(SendStatus.Unknown, Stored.Yes, WeakDetail(code), partition, offset);

    /// <summary>The result of a message that a broker refused.</summary>
    public static SendResult Refused(int code, string broker, string? remark)
    {
        Row row = OfCode(code);
        string text = remark is null ? "" : ": " + (remark.Length <= MaxRemark ? remark : remark[..MaxRemark] + "...");
        return SendResult.Failed(row.Status, row.Stored, $"{broker} answered {code}{text}", row.RetryElsewhere);
    }

    /// <summary>The result of a message whose call had no reply.</summary>
    public static SendResult Failed(CallFailure failure, string? broker, string? detail)
    {
        Row row = OfFailure(failure);
        string who = broker ?? "RocketMQ";
        string what = failure switch
        {
            CallFailure.NotSent => $"{who} cannot be reached",
            CallFailure.Full => $"{who} is behind",
            CallFailure.NotWritten => $"the request to {who} could not be written, see error.log of the proxy",
            CallFailure.Hopeless => $"{who} has more waiting than it answers in this call's time, try again later",
            CallFailure.Expired => $"{who} was not asked before the deadline",
            CallFailure.Overtaking => SendResult.Overtaking.Detail!,
            CallFailure.Lost => $"connection to {who} was lost before it answered",
            CallFailure.NoReply => $"no answer from {who}",
            CallFailure.StoppedUnanswered => $"the proxy stopped before {who} answered",
            _ => "",
        };
        return SendResult.Failed(row.Status, row.Stored, what.Length == 0 ? null : detail is null ? what : $"{what}: {detail}", row.RetryElsewhere);
    }

    /// <summary>
    /// The result of a message that was refused because too many waited before it. On another broker it may do better; where it has a spool
    /// behind it, that keeps it as it keeps what a broker has failed to take.
    /// </summary>
    /// <param name="broker">The broker whose line it was; null when it could have gone to any.</param>
    /// <param name="hasElsewhere">Whether there is another broker.</param>
    /// <param name="hasSpool">Whether the message's topic spools what fails.</param>
    public static SendResult Hopeless(string? broker, bool hasElsewhere, bool hasSpool)
    {
        SendResult result = Failed(CallFailure.Hopeless, broker, null) with { RetryElsewhere = hasElsewhere };
        return hasSpool ? result with { Status = SendStatus.Unknown } : result;
    }

    private static string WeakDetail(int code) => code switch
    {
        ResponseCode.FlushDiskTimeout => "the broker's disk has not confirmed it (10)",
        ResponseCode.SlaveNotAvailable => "the broker has no slave to copy it to (11)",
        _ => "the broker's slave has not confirmed it (12)",
    };
}
