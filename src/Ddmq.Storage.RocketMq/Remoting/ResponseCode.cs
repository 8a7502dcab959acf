namespace Ddmq.Storage.RocketMq.Remoting;

/// <summary>Response codes that a producer meets. Protocol: RocketMQ's <c>ResponseCode</c>; what follows from them is in <see cref="RocketMqErrors"/>.</summary>
internal static class ResponseCode
{
    public const int Success = 0;
    public const int SystemError = 1;
    public const int SystemBusy = 2;
    public const int RequestCodeNotSupported = 3;
    public const int FlushDiskTimeout = 10;
    public const int SlaveNotAvailable = 11;
    public const int FlushSlaveTimeout = 12;
    public const int MessageIllegal = 13;
    public const int ServiceNotAvailable = 14;
    public const int VersionNotSupported = 15;
    public const int NoPermission = 16;
    public const int TopicNotExist = 17;
    public const int SubscriptionGroupNotExist = 26;

    /// <summary>From 5.3.2 on: a bad topic name or queue id. In DDMQ's fork: this broker is no master.</summary>
    public const int InvalidParameter = 29;

    public const int NoBuyerId = 204;
    public const int NotInCurrentUnit = 205;
    public const int FlowControl = 215;
    public const int NotLeaderForQueue = 501;
    public const int IllegalOperation = 604;
    public const int GoAway = 1500;
}
