namespace Ddmq.Storage.RocketMq.Remoting;

/// <summary>
/// The bytes of one connection, plain or under TLS. One thread reads and, at the same time, one writes; <see cref="Shutdown"/> from any
/// thread makes both return. Errors are <see cref="IOException"/>.
/// </summary>
internal interface IWire : IDisposable
{
    /// <summary>Whether <see cref="TrySend"/> can be asked; otherwise only <see cref="SendAll"/>, which may block.</summary>
    bool CanTrySend { get; }

    /// <summary>What becomes readable when there is something for <see cref="TryReceive"/>; null when that cannot be asked. Stays the wire's.</summary>
    int? Descriptor { get; }

    /// <summary>Says how many bytes there were; 0 when the peer has closed, -1 when there are none now.</summary>
    int TryReceive(Span<byte> buffer);

    /// <summary>Waits for bytes and says how many came; 0 when the peer has closed.</summary>
    int Receive(Span<byte> buffer);

    /// <summary>Sends what can be sent without waiting, and says how many bytes that were; 0 when none.</summary>
    int TrySend(ReadOnlySpan<byte> bytes);

    /// <summary>Sends everything, however long that takes.</summary>
    void SendAll(ReadOnlySpan<byte> bytes);

    /// <summary>Ends both directions and wakes who waits. The socket stays valid until it is disposed.</summary>
    void Shutdown();
}
