using Ddmq.Core.Storage;

namespace Ddmq.Core.Topics;

/// <summary>A broker cluster as a request sees it.</summary>
/// <param name="Name">The name topics refer to.</param>
/// <param name="Store">Its client; null when the cluster is known by name only (sends get code 21).</param>
public sealed record Cluster(string Name, IMessageStore? Store);
