namespace Ddmq.Proxy.Admin.Top;

/// <summary>What topics are sorted by, the largest first.</summary>
internal enum TopSort
{
    /// <summary>Messages received per second.</summary>
    Rate,

    /// <summary>Messages refused or failed per second.</summary>
    Errors,

    /// <summary>The time that 99 of 100 messages do not exceed.</summary>
    P99,

    /// <summary>How much of its limit the topic uses.</summary>
    Limit,
}
