namespace Ddmq.Storage.RocketMq.Remoting;

/// <summary>How a connection ended.</summary>
/// <param name="Reason">For an operator.</param>
/// <param name="HasServed">Whether it ever got a reply; one that did not is no better than one that could not be opened.</param>
/// <param name="FailedCalls">Calls that were in flight.</param>
/// <param name="IsProtocolError">The peer sent what is not RocketMQ's protocol.</param>
/// <param name="IsIdleClose">The peer closed while nothing was in flight.</param>
internal readonly record struct ConnectionEnd(string Reason, bool HasServed, int FailedCalls, bool IsProtocolError, bool IsIdleClose);
