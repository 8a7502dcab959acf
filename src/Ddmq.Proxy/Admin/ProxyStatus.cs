using Ddmq.Core.Storage;
using Ddmq.Core.Topics;
using Ddmq.Proxy.Thrift;
using Ddmq.Thrift.Server;

namespace Ddmq.Proxy.Admin;

/// <summary>What the admin endpoints look at. They only read; every part is thread-safe.</summary>
/// <param name="Service">Calls by method, and whether the proxy is stopping.</param>
/// <param name="Connections">Connections, frames and bytes.</param>
/// <param name="Catalog">Topics and their ledgers.</param>
/// <param name="Store">The embedded store, or what a test put in its place.</param>
internal sealed record ProxyStatus(ProducerService Service, ThriftServerStatistics Connections, TopicCatalog Catalog, IMessageStore Store)
{
    /// <summary>When the proxy was put together.</summary>
    public DateTimeOffset Started { get; } = TimeProvider.System.GetUtcNow();

    /// <summary>Why messages are not taken now; null when they are.</summary>
    public string? NotReady => Service.IsStopping ? "the proxy is stopping" : Store.Trouble;
}
