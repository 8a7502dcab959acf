using System.Runtime.InteropServices;
using Ddmq.Thrift.Native;

namespace Ddmq.Cli.Output;

/// <summary>
/// Standard output that tells when its reader has gone. .NET's own stream drops what it writes to a broken pipe and
/// says nothing, so that <c>ddmq tail -f x | head -1</c> would go on for ever.
/// </summary>
internal sealed unsafe class StandardOutput(Stream fallback) : Stream
{
    private const int Descriptor = 1;
    private const int EPipe = 32;

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The process's standard output.</summary>
    public static Stream Open()
    {
        Stream standard = Console.OpenStandardOutput();
        return OperatingSystem.IsWindows() ? standard : new StandardOutput(standard);
    }

    /// <summary>Writes all of it. Throws <see cref="BrokenPipeException"/> when the reader has gone.</summary>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            nint written;
            fixed (byte* bytes = buffer)
            {
                written = Libc.Write(Descriptor, bytes, buffer.Length);
            }

            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case Libc.EIntr:
                    break;
                case EPipe:
                    throw new BrokenPipeException();
                default:
                    // A terminal set to non-blocking by another program, a full disk: .NET's stream waits or throws.
                    fallback.Write(buffer);
                    return;
            }
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}
