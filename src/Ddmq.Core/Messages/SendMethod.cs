namespace Ddmq.Core.Messages;

/// <summary>The call that brought a message in; the original's metric label <c>type</c> has the same names.</summary>
public enum SendMethod
{
    /// <summary><c>sendSync</c>.</summary>
    Sync,

    /// <summary><c>sendAsync</c>.</summary>
    Async,

    /// <summary><c>sendBatchSync</c>.</summary>
    BatchSync,

    /// <summary><c>sendDelaySync</c>.</summary>
    DelaySync,
}
