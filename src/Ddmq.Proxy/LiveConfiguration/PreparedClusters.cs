using Ddmq.Core.Storage;

namespace Ddmq.Proxy.LiveConfiguration;

/// <summary>Clusters that could be put in force. From <see cref="ClusterSet.Prepare"/>.</summary>
/// <param name="Desired">Every cluster there is to be.</param>
/// <param name="Clients">The new clients among them, by the cluster's name.</param>
internal sealed record PreparedClusters(IReadOnlyList<ClusterSettings> Desired, IReadOnlyDictionary<string, IMessageStore> Clients);
