using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Ddmq.UnitTests.Thrift;

/// <summary>A Thrift server for one connection that does what the test tells it, on a free loopback port.</summary>
internal sealed class FakeServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private Socket? _connection;

    public FakeServer()
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>Waits for the client.</summary>
    public async Task AcceptAsync() => _connection = await _listener.AcceptSocketAsync();

    /// <summary>Reads one frame, without its length.</summary>
    public async Task<byte[]> ReadFrameAsync()
    {
        byte[] frame = new byte[BinaryPrimitives.ReadInt32BigEndian(await ReadExactlyAsync(4))];
        return await ReadExactlyAsync(frame.Length);
    }

    /// <summary>Sends bytes as they are.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await _connection!.SendAsync(bytes)..];
        }
    }

    /// <summary>Sends one message as a frame.</summary>
    public Task SendFrameAsync(byte[] message) => SendAsync(Framed(message));

    /// <summary>Closes the connection.</summary>
    public void Close() => _connection!.Dispose();

    /// <summary>A message with its length before it.</summary>
    public static byte[] Framed(byte[] message)
    {
        byte[] frame = new byte[message.Length + 4];
        BinaryPrimitives.WriteInt32BigEndian(frame, message.Length);
        message.CopyTo(frame, 4);
        return frame;
    }

    public void Dispose()
    {
        _connection?.Dispose();
        _listener.Dispose();
    }

    private async Task<byte[]> ReadExactlyAsync(int count)
    {
        byte[] bytes = new byte[count];
        for (int filled = 0; filled < count;)
        {
            int received = await _connection!.ReceiveAsync(bytes.AsMemory(filled));
            filled += received > 0 ? received : throw new EndOfStreamException();
        }

        return bytes;
    }
}
