namespace Ddmq.Storage.RocketMq.Remoting;

/// <summary>The outcome of a <see cref="RemotingCall"/>.</summary>
/// <param name="Code">The peer's code; -1 when there was no reply.</param>
/// <param name="Body">A copy of the reply's body.</param>
/// <param name="Text">The peer's remark, or why there was no reply.</param>
internal sealed record RemotingReply(int Code, byte[] Body, string? Text)
{
    /// <summary>Whether the peer answered at all.</summary>
    public bool IsAnswered => Code >= 0;
}
