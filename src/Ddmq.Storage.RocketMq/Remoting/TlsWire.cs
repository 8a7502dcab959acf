using System.Net.Security;
using System.Net.Sockets;
using Ddmq.Storage.RocketMq.Native;

namespace Ddmq.Storage.RocketMq.Remoting;

/// <summary>TLS over a connected socket. RocketMQ speaks it on the ordinary port, from the first byte on.</summary>
internal sealed class TlsWire : IWire
{
    private readonly SafeSocketHandle _handle;
    private readonly SslStream _stream;

    /// <summary>Takes the socket over and makes the handshake, which blocks.</summary>
    /// <param name="handle">Connected, in blocking mode. Owned, also when this throws.</param>
    /// <param name="host">Whom the certificate must name, unless <paramref name="trustAnyCertificate"/>.</param>
    /// <param name="trustAnyCertificate">For brokers with the self-signed certificate they come with.</param>
    /// <param name="timeoutMs">How long the handshake may wait for a byte, in ms.</param>
    /// <exception cref="IOException">No handshake; the text says why.</exception>
    public TlsWire(SafeSocketHandle handle, string host, bool trustAnyCertificate, int timeoutMs)
    {
        _handle = handle;
        var socket = new Socket(handle) { ReceiveTimeout = timeoutMs, SendTimeout = timeoutMs };
        _stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            _stream.AuthenticateAsClient(new SslClientAuthenticationOptions
            {
                TargetHost = host,
                RemoteCertificateValidationCallback = trustAnyCertificate ? static (_, _, _, _) => true : null,
            });
            socket.ReceiveTimeout = 0;
            socket.SendTimeout = 0;
        }
        catch (Exception exception)
        {
            _stream.Dispose();
            throw exception is IOException ? exception : new IOException("TLS: " + exception.Message, exception);
        }
    }

    /// <inheritdoc/>
    public bool CanTrySend => false;

    /// <inheritdoc/>
    public int? Descriptor => null;

    /// <inheritdoc/>
    public int TryReceive(Span<byte> buffer) => throw new NotSupportedException("TLS records are read whole");

    /// <inheritdoc/>
    public int Receive(Span<byte> buffer)
    {
        try
        {
            return _stream.Read(buffer);
        }
        catch (Exception exception) when (exception is not IOException)
        {
            throw new IOException(exception.Message, exception);
        }
    }

    /// <inheritdoc/>
    public int TrySend(ReadOnlySpan<byte> bytes) => throw new NotSupportedException("TLS records are written whole");

    /// <inheritdoc/>
    public void SendAll(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _stream.Write(bytes);
        }
        catch (Exception exception) when (exception is not IOException)
        {
            throw new IOException(exception.Message, exception);
        }
    }

    /// <inheritdoc/>
    public void Shutdown()
    {
        try
        {
            _ = Libc.Shutdown(_handle, Libc.ShutdownBoth);
        }
        catch (ObjectDisposedException)
        {
            // The reader was faster and is done with it.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();
}
