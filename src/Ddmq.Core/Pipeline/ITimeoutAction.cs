using Ddmq.Core.Messages;

namespace Ddmq.Core.Pipeline;

/// <summary>
/// What a request does at the client's timeout instead of being answered 12. A stage that waits for an outcome puts its own into
/// <see cref="SendRequest.AtTimeout"/> before it returns; the outermost stage that does so has its way, and may ask the one it found there.
/// Without one, 12 is the answer.
/// </summary>
internal interface ITimeoutAction
{
    /// <summary>
    /// The client's timeout has come, and no outcome has. Called at most once for each message, on the wheel's thread, under no lock; until it
    /// returns nobody answers the request or uses it for another message. An outcome that comes meanwhile is the answer.
    /// </summary>
    /// <returns>
    /// True when something has been begun that may still bring an outcome by <see cref="SendRequest.EndTimestamp"/>: the request waits for
    /// that. False when there is nothing more to do: <see cref="LastWord"/> is the answer.
    /// </returns>
    bool OnTimeout();

    /// <summary>
    /// The answer of a request that no outcome has come for: what is known. What comes after it is only counted. Called at most once for each
    /// message, on the wheel's thread, under no lock.
    /// </summary>
    SendResult LastWord();
}
