using System.Buffers.Binary;

namespace Ddmq.Storage.RocketMq.Remoting;

/// <summary>
/// Where a connection's bytes are received, and where whole frames are cut from them, however the network has split them. Grows with a frame
/// that is longer than the buffer, once its beginning has arrived, and shrinks again behind it. Not thread-safe.
/// </summary>
internal sealed class FrameInput
{
    private const int FirstBytes = 64 * 1024;

    private byte[] _buffer = new byte[FirstBytes];
    private int _start;
    private int _end;

    /// <summary>Where to receive; never empty. What was cut before is gone afterwards.</summary>
    public Span<byte> Room()
    {
        int waiting = _end - _start;
        int needed = Needed();
        if (needed > _buffer.Length || (waiting == 0 && _buffer.Length > FirstBytes))
        {
            byte[] other = new byte[Math.Max(needed, FirstBytes)];
            _buffer.AsSpan(_start, waiting).CopyTo(other);
            _buffer = other;
        }
        else
        {
            _buffer.AsSpan(_start, waiting).CopyTo(_buffer);
        }

        (_start, _end) = (0, waiting);
        return _buffer.AsSpan(_end);
    }

    /// <summary>That many bytes were received.</summary>
    public void Received(int count) => _end += count;

    /// <summary>Cuts the next whole frame.</summary>
    /// <param name="frame">What comes behind the length field; valid until <see cref="Room"/>.</param>
    /// <param name="badLength">The length field, when it is one that no peer may send; then nothing more can be cut.</param>
    public bool TryCut(out ReadOnlySpan<byte> frame, out int? badLength)
    {
        frame = default;
        badLength = null;
        if (_end - _start < FrameLimits.LengthField)
        {
            return false;
        }

        // The length comes from the peer: checked before anything is sized by it. The cast refuses negatives too.
        int length = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start));
        if ((uint)length > FrameLimits.MaxFrame)
        {
            badLength = length;
            return false;
        }

        if (_end - _start - FrameLimits.LengthField < length)
        {
            return false;
        }

        frame = _buffer.AsSpan(_start + FrameLimits.LengthField, length);
        _start += FrameLimits.LengthField + length;
        return true;
    }

    // What the frame that has begun needs, once TryCut has approved of its length.
    private int Needed() => _end - _start < FrameLimits.LengthField
        ? FrameLimits.LengthField
        : FrameLimits.LengthField + BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start));
}
