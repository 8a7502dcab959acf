using Ddmq.Core.Messages;

namespace Ddmq.Core.Storage;

/// <summary>
/// Where messages end up: one broker cluster, or the embedded store. What an adapter owes is listed here and checked
/// by the conformance suite in the test kit, which every adapter runs.
/// To add a store: implement this in a project of its own, run the suite against it, register it in the proxy's
/// composition (<c>ProxyHost</c>).
/// </summary>
public interface IMessageStore : IAsyncDisposable
{
    /// <summary>
    /// Stores one message and says how that went.
    /// <list type="bullet">
    /// <item>Thread-safe; never blocks the caller; does not throw for anything a producer or a broker can cause.</item>
    /// <item>Messages for one partition that one caller hands over one after another are stored in that order,
    /// also when the calls are not awaited in between.</item>
    /// <item><see cref="Stored.Yes"/> only when the message is as durable as the cluster is configured to make it.</item>
    /// <item><see cref="Stored.No"/> only when it is certain that it was not stored and never will be.</item>
    /// <item>The task completes exactly once, at the latest when the store is disposed (then with
    /// <see cref="SendStatus.ShuttingDown"/> if it was certainly not stored). Completion may run on a thread of the store.</item>
    /// <item>A message whose deadline has passed is not stored any more once the store comes to it: it has been answered.</item>
    /// <item>The partition follows <see cref="Routing.PartitionRule"/>.</item>
    /// <item>The request's bytes are not touched after the task has completed.</item>
    /// </list>
    /// </summary>
    ValueTask<SendResult> SendAsync(SendRequest request);

    /// <summary>
    /// Fetches what sends to these topics will need (metadata, routes, connections), so that the first message of each does not wait
    /// for it. Completes when that is done; until then sends work, only slower. Throws nothing but
    /// <see cref="OperationCanceledException"/>: what could not be reached is tried again in the background and shows in <see cref="Trouble"/>.
    /// </summary>
    /// <returns>Whether the cluster could be reached. A topic it does not know does not count against it.</returns>
    ValueTask<bool> WarmUpAsync(IReadOnlyCollection<string> topics, CancellationToken cancellation) => new(true);

    /// <summary>
    /// Whether another attempt for that message may end up on another broker or partition than the attempt before. Where it may not, an
    /// attempt beside one that is silent would only make a second copy in the same place. Asked when an attempt has failed or is late.
    /// </summary>
    bool MayGoElsewhere(SendRequest request) => true;

    /// <summary>
    /// The largest body this store takes, in bytes. Validation refuses larger ones with code 11 before they get here.
    /// </summary>
    int MaxMessageSize { get; }

    /// <summary>Null when the store takes messages; otherwise one line for an operator that says what is wrong and what would help.</summary>
    string? Trouble { get; }
}
