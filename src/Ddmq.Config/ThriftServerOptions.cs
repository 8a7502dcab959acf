namespace Ddmq.Config;

/// <summary>The original's <c>thriftServer</c>. It has no defaults there; these are ours.</summary>
internal sealed class ThriftServerOptions
{
    /// <summary>Listening port of the original.</summary>
    [NoEffect("`port` at the top level decides")]
    [Limits(0, 65535)]
    public int Port { get; set; }

    /// <summary>Threads that read and write sockets.</summary>
    [NoEffect("`ddmq.thrift.eventLoops` decides")]
    [Limits(1)]
    public int SelectorThreads { get; set; } = 8;

    /// <summary>Threads that run handlers.</summary>
    [NoEffect("requests run where they were read")]
    [Limits(0)]
    public int WorkerThreads { get; set; }

    /// <summary>Requests that may wait for a handler.</summary>
    [NoEffect("requests run where they were read")]
    [Limits(0)]
    public int WorkerQueueSize { get; set; }

    /// <summary>Accepted connections waiting per selector.</summary>
    [NoEffect("accepted connections do not wait")]
    [Limits(1)]
    public int AcceptQueueSizePerThread { get; set; } = 100;

    /// <summary>Limit of one frame and of all frames being read or processed, in bytes.</summary>
    [NoEffect("`ddmq.thrift.maxFrameBytes` and `ddmq.thrift.maxBytesInFlight` decide")]
    [Limits(1)]
    public long MaxReadBufferBytes { get; set; } = 16384000;

    /// <summary>Connections the kernel may hold that are not accepted yet; the kernel caps it at net.core.somaxconn.</summary>
    [Limits(1, 65535)]
    public int Backlog { get; set; } = 1024;

    /// <summary>Socket timeout in ms.</summary>
    [NoEffect("an idle connection may stay; `ddmq.thrift.frameTimeoutMs` bounds a frame")]
    [Limits(0)]
    public int ClientTimeout { get; set; }

    /// <summary>Timer wheels.</summary>
    [NoEffect("deadlines need no threads of their own")]
    [Limits(1)]
    public int TimeoutCheckerThreads { get; set; } = 3;
}
