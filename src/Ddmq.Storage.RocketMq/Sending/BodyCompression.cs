using System.Buffers;
using System.IO.Compression;

namespace Ddmq.Storage.RocketMq.Sending;

/// <summary>Bodies as zlib streams (RFC 1950), which consumers of every release unpack. Thread-safe.</summary>
internal static class BodyCompression
{
    /// <summary>Compresses a body, unless that does not make it smaller.</summary>
    /// <param name="body">At least one byte.</param>
    /// <param name="length">The compressed length in bytes.</param>
    /// <returns>An array of the shared pool that the caller gives back; null when the body is to go as it is.</returns>
    public static byte[]? TryCompress(ReadOnlySpan<byte> body, out int length)
    {
        // What does not shrink may grow by a bit for each byte.
        byte[] target = ArrayPool<byte>.Shared.Rent(body.Length + (body.Length / 8) + 256);
        using var output = new MemoryStream(target, writable: true);
        using (var zlib = new ZLibStream(output, CompressionLevel.Fastest, leaveOpen: true))
        {
            zlib.Write(body);
        }

        length = (int)output.Position;
        if (length < body.Length)
        {
            return target;
        }

        ArrayPool<byte>.Shared.Return(target);
        return null;
    }
}
