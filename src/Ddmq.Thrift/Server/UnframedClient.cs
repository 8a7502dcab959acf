namespace Ddmq.Thrift.Server;

/// <summary>
/// Tells what a client speaks that did not begin with a sensible frame length, so that the log can name the mistake.
/// <code>
/// 82 21 ..        compact protocol without frames (the length would be negative)
/// 80 01 00 01     binary protocol without frames (likewise)
/// 'GET ' 'POST'   HTTP (as a length, 1 GiB and more)
/// 16 03 0x        TLS record with a client hello
/// </code>
/// </summary>
internal static class UnframedClient
{
    public static CloseReason Recognise(ReadOnlySpan<byte> start, int length)
    {
        if (start is [0x82, _, _, _] || start is [0x80, 0x01, _, _])
        {
            return CloseReason.NotFramed;
        }

        if (start is [0x16, 0x03, <= 0x04, _])
        {
            return CloseReason.Tls;
        }

        if (start.SequenceEqual("GET "u8) || start.SequenceEqual("POST"u8) || start.SequenceEqual("PUT "u8) || start.SequenceEqual("HEAD"u8)
            || start.SequenceEqual("OPTI"u8) || start.SequenceEqual("DELE"u8) || start.SequenceEqual("CONN"u8) || start.SequenceEqual("PRI "u8)
            || start.SequenceEqual("PATC"u8) || start.SequenceEqual("TRAC"u8))
        {
            return CloseReason.Http;
        }

        return length switch
        {
            0 => CloseReason.FrameEmpty,
            < 0 => CloseReason.FrameNegative,
            _ => CloseReason.FrameTooLarge,
        };
    }
}
