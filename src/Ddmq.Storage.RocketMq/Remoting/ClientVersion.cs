namespace Ddmq.Storage.RocketMq.Remoting;

/// <summary>The version that requests claim: an ordinal in RocketMQ's list of releases.</summary>
internal static class ClientVersion
{
    /// <summary>
    /// 5.3.3. From 401 (4.9.4) on name servers answer routes in standard JSON; above 475 (5.3.1) a broker that shuts down gracefully says so
    /// (1500) before it closes, which is a certain "not stored", where older clients are left with an open question.
    /// </summary>
    public const short Current = 479;
}
