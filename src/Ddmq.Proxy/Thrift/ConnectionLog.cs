using Ddmq.Core.Diagnostics;
using Ddmq.Thrift.Server;
using Microsoft.Extensions.Logging;

namespace Ddmq.Proxy.Thrift;

/// <summary>
/// Says in the log why connections ended, at most once a second for each reason: a client that keeps getting it wrong
/// must not fill the disk. The metrics count every one. Throws nothing; thread-safe.
/// </summary>
internal sealed partial class ConnectionLog(ILogger<ConnectionLog> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = new GuardedLogger(logger);
    private readonly long[] _lastLogged = new long[Enum.GetValues<CloseReason>().Length];
    private readonly long[] _suppressed = new long[Enum.GetValues<CloseReason>().Length];

    /// <summary>A connection has ended.</summary>
    public void Closed(string remoteAddress, CloseReason reason)
    {
        if (reason <= CloseReason.ServerStopping)
        {
            return;
        }

        long now = TimeProvider.System.GetTimestamp();
        long last = Volatile.Read(ref _lastLogged[(int)reason]);
        if ((last != 0 && TimeProvider.System.GetElapsedTime(last, now) < Interval)
            || Interlocked.CompareExchange(ref _lastLogged[(int)reason], now, last) != last)
        {
            Interlocked.Increment(ref _suppressed[(int)reason]);
            return;
        }

        Log.Closed(_logger, remoteAddress, Explain(reason), reason, Interlocked.Exchange(ref _suppressed[(int)reason], 0));
    }

    /// <summary>A handler threw.</summary>
    public void HandlerFailed(Exception exception) => Log.HandlerFailed(_logger, exception);

    /// <summary>An event loop survived a bug.</summary>
    public void LoopFailed(Exception exception) => Log.LoopFailed(_logger, exception);

    private static string Explain(CloseReason reason) => reason switch
    {
        CloseReason.TooManyConnections => "there are as many connections as ddmq.thrift.maxConnections allows",
        CloseReason.ConnectionError => "the connection broke",
        CloseReason.TruncatedFrame => "the client closed it inside a frame",
        CloseReason.FrameEmpty => "a frame of length 0; expected 4 bytes of length, then that many bytes",
        CloseReason.FrameNegative => "a negative frame length; the client must use Thrift's framed transport",
        CloseReason.FrameTooLarge => "a frame longer than ddmq.thrift.maxFrameBytes, or no Thrift at all",
        CloseReason.FrameTimeout => "a frame was begun and not completed within ddmq.thrift.frameTimeoutMs",
        CloseReason.ReplyTimeout => "the client did not read its replies within ddmq.thrift.frameTimeoutMs",
        CloseReason.NotFramed => "the client speaks Thrift without the framed transport; wrap its socket in TFramedTransport",
        CloseReason.Http => "the client speaks HTTP; this is the Thrift port, HTTP is on ddmq.admin.port",
        CloseReason.Tls => "the client speaks TLS; this port has none",
        CloseReason.UnknownProtocol => "a frame that is neither compact nor binary protocol",
        CloseReason.BadVersion => "a protocol version not spoken here; compact version 1 and strict binary are",
        CloseReason.BadMessageHeader => "a message header that cannot be decoded",
        _ => reason.ToString(),
    };

    private static partial class Log
    {
        [LoggerMessage(EventIds.Thrift + 1, LogLevel.Warning,
            "Closed the connection of {RemoteAddress}: {Explanation} ({Reason}; {Suppressed} more since the last such line)")]
        public static partial void Closed(ILogger logger, string remoteAddress, string explanation, CloseReason reason, long suppressed);

        [LoggerMessage(EventIds.Thrift + 2, LogLevel.Error, "A call ended in an exception; its client was told so")]
        public static partial void HandlerFailed(ILogger logger, Exception exception);

        [LoggerMessage(EventIds.Thrift + 3, LogLevel.Error, "An event loop met an exception; at most one connection was closed")]
        public static partial void LoopFailed(ILogger logger, Exception exception);
    }
}
