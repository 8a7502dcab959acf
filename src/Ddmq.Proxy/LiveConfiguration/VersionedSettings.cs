namespace Ddmq.Proxy.LiveConfiguration;

/// <summary>Settings in force.</summary>
/// <param name="Settings">The settings.</param>
/// <param name="Version">Counts the changes since the process started, from 1.</param>
/// <param name="Since">When they came into force.</param>
internal sealed record VersionedSettings(ProxySettings Settings, long Version, DateTimeOffset Since);
