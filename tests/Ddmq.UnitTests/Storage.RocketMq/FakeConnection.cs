using System.Net.Sockets;
using Ddmq.Storage.RocketMq.Remoting;

namespace Ddmq.UnitTests.Storage.RocketMq;

/// <summary>The fake's end of one connection. Thread-safe.</summary>
internal sealed class FakeConnection(Stream stream, Socket socket)
{
    private readonly Lock _lock = new();
    private volatile TaskCompletionSource _reading = Completed();

    /// <summary>Completed while the fake reads this connection.</summary>
    public Task Reading => _reading.Task;

    /// <summary>Reads no more after the request at hand.</summary>
    public void StopReading() => _reading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends <see cref="StopReading"/>.</summary>
    public void GoOnReading() => _reading.TrySetResult();

    /// <summary>Answers a request.</summary>
    public void Reply(
        FakeRequest request, int code = 0, long offset = 0, string? remark = null, byte[]? body = null, HeaderEncoding encoding = HeaderEncoding.Json) =>
        Write(Frame(request.Opaque, code, offset, remark, body, encoding));

    /// <summary>The bytes of an answer.</summary>
    public static byte[] Frame(int opaque, int code, long offset, string? remark, byte[]? body, HeaderEncoding encoding)
    {
        byte[] frame = ResponseFrameTests.Reply(encoding, code, opaque, remark ?? "", offset);
        if (body is { Length: > 0 })
        {
            int end = frame.Length;
            Array.Resize(ref frame, end + body.Length);
            body.CopyTo(frame, end);
            System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - 4);
        }

        return frame;
    }

    /// <summary>Sends any bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            lock (_lock)
            {
                stream.Write(bytes);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The client has gone.
        }
    }

    /// <summary>Closes the connection, as a peer does that has read everything.</summary>
    public void Close()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It is closed already.
        }

        GoOnReading();
        stream.Dispose();
    }

    private static TaskCompletionSource Completed()
    {
        var completed = new TaskCompletionSource();
        completed.SetResult();
        return completed;
    }
}
