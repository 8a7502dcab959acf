using Ddmq.Core.Storage;

namespace Ddmq.Storage.RocketMq.Remoting;

/// <summary>What all connections of a store have in common. Immutable.</summary>
internal sealed record ConnectionOptions
{
    public HeaderEncoding Encoding { get; init; }

    public short Version { get; init; } = ClientVersion.Current;

    /// <summary>How many bytes may wait for the socket.</summary>
    public int MaxOutgoingBytes { get; init; } = 16 * 1024 * 1024;

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Threads that read what the peer sends; null leaves that to a thread of the connection's own. Not for TLS.</summary>
    public WatchDescriptor? Watch { get; init; }

    /// <summary>Starts a background thread of that name. Throws when the process may not have one more.</summary>
    public Action<string, Action> StartThread { get; init; } =
        static (name, run) => new Thread(run.Invoke) { IsBackground = true, Name = name }.Start();

    public bool UseTls { get; init; }

    public bool TrustAnyCertificate { get; init; }

    /// <summary>Makes the signer of one connection; null for none.</summary>
    public Func<AclSigner>? CreateSigner { get; init; }
}
