using System.Net;
using Ddmq.Thrift.ProducerProxy;
using Ddmq.Thrift.Protocol;

namespace Ddmq.Cli.Bench;

/// <summary>What load to put on a proxy. Immutable.</summary>
internal sealed record LoadOptions
{
    /// <summary>Where the proxy listens.</summary>
    public required IPEndPoint EndPoint { get; init; }

    /// <summary>The topic of every message; the heartbeat topic measures the front door alone.</summary>
    public string Topic { get; init; } = "bench";

    /// <summary>How many topics the requests go to in turn: 1, or so many whose names are <see cref="Topic"/> and a number of five digits.</summary>
    public int Topics { get; init; } = 1;

    /// <summary>Connections, dealt out to the threads in turn; at least 1.</summary>
    public int Connections { get; init; } = 64;

    /// <summary>Requests in flight per connection, at most; at least 1.</summary>
    public int Pipeline { get; init; } = 1;

    /// <summary>Bytes of a message's body.</summary>
    public int BodySize { get; init; } = 100;

    /// <summary>How long results are recorded, after the warm-up.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long load is put on before that.</summary>
    public TimeSpan Warmup { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// 0: closed loop, every reply is followed by the next request. Otherwise open loop: requests per second, all
    /// threads together, on a schedule that does not wait for replies.
    /// </summary>
    public double RequestsPerSecond { get; init; }

    /// <summary>Which call to make; one of the three that carry ordinary messages.</summary>
    public ProducerServiceMethod Method { get; init; } = ProducerServiceMethod.SendSync;

    /// <summary>Messages per request of <see cref="ProducerServiceMethod.SendBatchSync"/>; other methods carry one.</summary>
    public int Batch { get; init; } = 100;

    /// <summary>The encoding.</summary>
    public ThriftProtocol Protocol { get; init; } = ThriftProtocol.Compact;

    /// <summary>The timeout <c>sendSync</c> passes on, in ms; 0 for the proxy's own limit.</summary>
    public long TimeoutMs { get; init; }

    /// <summary>Threads of the generator, each with its share of the connections; at least 1.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>How long after the end replies are waited for, and late requests of an open loop are still sent.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Asked at the begin and end of recording for the CPU seconds the proxy has used; null when nobody knows.</summary>
    public Func<double?>? ProxyCpuSeconds { get; init; }

    /// <summary>Messages in one request.</summary>
    public int MessagesPerRequest => Method == ProducerServiceMethod.SendBatchSync ? Batch : 1;
}
