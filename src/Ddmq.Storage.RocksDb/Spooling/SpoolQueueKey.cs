using System.Diagnostics.CodeAnalysis;
using Ddmq.Core.Spooling;

namespace Ddmq.Storage.RocksDb.Spooling;

/// <summary>
/// The name under which the store keeps a queue of the spool.
/// <code>name = topic %x00 cluster             ; neither has a zero byte</code>
/// </summary>
internal static class SpoolQueueKey
{
    private const char Separator = '\0';

    /// <summary>The store's name for a queue.</summary>
    public static string Of(SpoolQueueName queue) => $"{queue.Topic}{Separator}{queue.Cluster}";

    /// <summary>The queue of a store's name; false when it is none.</summary>
    public static bool TryParse(string name, [NotNullWhen(true)] out SpoolQueueName? queue)
    {
        int at = name.IndexOf(Separator, StringComparison.Ordinal);
        queue = at > 0 && at < name.Length - 1 ? new SpoolQueueName(name[..at], name[(at + 1)..]) : null;
        return queue is not null;
    }
}
