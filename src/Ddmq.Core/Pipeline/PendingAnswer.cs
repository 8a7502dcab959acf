using Ddmq.Core.Messages;

namespace Ddmq.Core.Pipeline;

/// <summary>A request that waits for its store and its deadline, whichever comes first.</summary>
internal sealed class PendingAnswer
{
}
