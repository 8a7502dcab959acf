namespace Ddmq.Thrift.Server;

/// <summary>Why a connection ended. Everything but the first three is the client's doing or its network's.</summary>
public enum CloseReason
{
    /// <summary>Not closed.</summary>
    None,

    /// <summary>The client closed it after its last reply.</summary>
    ClientClosed,

    /// <summary>The server stops.</summary>
    ServerStopping,

    /// <summary>More connections than allowed.</summary>
    TooManyConnections,

    /// <summary>Reset, or another error of the socket.</summary>
    ConnectionError,

    /// <summary>The client closed it inside a frame.</summary>
    TruncatedFrame,

    /// <summary>A frame of length 0.</summary>
    FrameEmpty,

    /// <summary>A negative frame length that is no known unframed protocol.</summary>
    FrameNegative,

    /// <summary>A frame length over the limit that is no known other protocol.</summary>
    FrameTooLarge,

    /// <summary>A frame was begun and not completed in time.</summary>
    FrameTimeout,

    /// <summary>The client did not take its replies in time.</summary>
    ReplyTimeout,

    /// <summary>Thrift without the framed transport.</summary>
    NotFramed,

    /// <summary>An HTTP request.</summary>
    Http,

    /// <summary>A TLS client hello.</summary>
    Tls,

    /// <summary>A frame whose first byte is neither the compact nor the binary protocol's.</summary>
    UnknownProtocol,

    /// <summary>A known protocol in a version that is not spoken here.</summary>
    BadVersion,

    /// <summary>A message header that cannot be decoded.</summary>
    BadMessageHeader,
}
