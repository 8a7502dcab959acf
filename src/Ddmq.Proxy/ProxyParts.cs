using Ddmq.Core.Storage;
using Ddmq.Proxy.LiveConfiguration;

namespace Ddmq.Proxy;

/// <summary>Parts that take the place of the real ones, in tests and benchmarks. The host disposes them.</summary>
internal sealed record ProxyParts
{
    /// <summary>Instead of the embedded store.</summary>
    public IMessageStore? EmbeddedStore { get; init; }

    /// <summary>Makes the clients of broker clusters.</summary>
    public Func<ClusterSettings, IMessageStore>? CreateClient { get; init; }
}
