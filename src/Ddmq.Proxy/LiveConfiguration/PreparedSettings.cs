namespace Ddmq.Proxy.LiveConfiguration;

/// <summary>Settings that can be put in force. From <see cref="SettingsInForce.Prepare"/>.</summary>
internal sealed record PreparedSettings(ProxySettings Settings, PreparedClusters Clusters);
