using Ddmq.Core.Storage;

namespace Ddmq.Proxy.LiveConfiguration;

/// <summary>A configured cluster at one moment.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Store">Its client.</param>
/// <param name="Trouble">What is wrong with it, for an operator; null for nothing.</param>
internal sealed record ClusterStatus(string Name, ClusterKind Kind, IMessageStore? Store, string? Trouble);
