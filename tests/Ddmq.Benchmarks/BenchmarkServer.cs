using System.Diagnostics;
using System.Globalization;
using System.Net;
using Ddmq.Config;
using Ddmq.Core.Messages;
using Ddmq.Core.Storage;
using Ddmq.Proxy;
using Ddmq.Thrift.ProducerProxy;
using Ddmq.Thrift.Protocol;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ddmq.Benchmarks;

/// <summary>
/// A server in a process of its own, so that its CPU can be told from the load generator's: this program again, with
/// <c>serve KIND</c>. Ended with its owner.
/// </summary>
internal sealed class BenchmarkServer : IDisposable
{
    /// <summary>Messages in a batch of <c>rocketmq-large</c>.</summary>
    public const int LargeBatch = 64;

    /// <summary>Requests in flight of <c>rocketmq-few</c>.</summary>
    public const int FewInFlight = 64;

    /// <summary>Messages in a request of <c>kafka-few</c>.</summary>
    public const int FewInRequest = 32;

    /// <summary>Requests in flight of <c>kafka-few</c>.</summary>
    public const int FewRequests = 2;

    private readonly Process _process;
    private readonly int _adminPort;

    private BenchmarkServer(Process process, int port, int adminPort)
    {
        _process = process;
        _adminPort = adminPort;
        EndPoint = new IPEndPoint(IPAddress.Loopback, port);
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>The process's number.</summary>
    public int Id => _process.Id;

    /// <summary>CPU used so far, user and system.</summary>
    public double CpuSeconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    /// <param name="kind">
    /// <c>bare</c>; <c>noop</c> and <c>rocksdb</c>, both with <c>-kestrel</c> behind for the other transport, or
    /// <c>-unrecorded</c> for no recorder; <c>kafka=ADDRESS</c>,
    /// <c>limits=NxTPS</c>: N topics <c>t</c> and a number of five digits (one: <c>t</c>) with that limit each, on a store that does nothing;
    /// <c>fairness-noop</c> and <c>fairness-rocksdb</c>: topics <c>quiet</c>, <c>limited</c> to 500 messages per second, <c>limited-100</c> to 100, and <c>hangs</c> on a broker that does;
    /// <c>fairness-kafka=ADDRESS</c> and <c>fairness-rocketmq=ADDRESS</c>: the first three on a cluster at that address; all of these also without pauses, <c>fairness-unpaused-</c> and so on;
    /// <c>rocketmq=ADDRESS</c>, <c>rocketmq-batch=ADDRESS</c> with auto-batch on, and <c>rocketmq-large=ADDRESS</c> with batches of
    /// <see cref="LargeBatch"/> messages and 16 KiB, for topic <c>bench</c> on a cluster at that address;
    /// <c>rocketmq-few=ADDRESS</c> with no more than <see cref="FewInFlight"/> requests in flight to a broker; <c>kafka-few=ADDRESS</c> with no
    /// more than <see cref="FewRequests"/> of <see cref="FewInRequest"/> messages.
    /// </param>
    public static BenchmarkServer Start(string kind)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["serve", kind])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        Process process = Process.Start(start)!;
        string? line = process.StandardOutput.ReadLine();
        if (line is null)
        {
            process.WaitForExit();
            throw new InvalidOperationException($"the server \"{kind}\" ended with exit code {process.ExitCode}");
        }

        int[] ports = [.. line.Split(' ').Select(port => int.Parse(port, CultureInfo.InvariantCulture))];
        return new BenchmarkServer(process, ports[0], ports.ElementAtOrDefault(1));
    }

    /// <summary>One of the server's metrics, all its samples together; only of kinds with a broker.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="label">A label as it is written, when only samples with it count.</param>
    public double Metric(string name, string label = "")
    {
        using var client = new HttpClient();
        return client.GetStringAsync($"http://127.0.0.1:{_adminPort}/metrics").GetAwaiter().GetResult().Split('\n')
            .Where(line => line.StartsWith(name + "{", StringComparison.Ordinal) || line.StartsWith(name + " ", StringComparison.Ordinal))
            .Where(line => line.Contains(label, StringComparison.Ordinal))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    /// <summary>The other side: serves until standard input ends, which it does with the owner.</summary>
    public static async Task ServeAsync(string kind)
    {
        if (kind == "bare")
        {
            new Thread(() => BareServer.Run(OkReply(), Console.WriteLine)) { IsBackground = true }.Start();
            await Console.In.ReadToEndAsync();
            return;
        }

        string home = Directory.CreateTempSubdirectory("ddmq-benchmark-").FullName;
        try
        {
            var options = new CarreraOptions { Port = 0 };
            options.Ddmq.Thrift.BindAddress = "127.0.0.1";
            options.Ddmq.Thrift.Transport = kind.EndsWith("-kestrel", StringComparison.Ordinal) ? ThriftTransport.Kestrel : ThriftTransport.Epoll;
            options.Ddmq.Admin.Enabled = kind.StartsWith("rocketmq", StringComparison.Ordinal) || kind.StartsWith("kafka", StringComparison.Ordinal);
            options.Ddmq.Admin.Port = 0;
            options.Ddmq.Recorder.Entries = kind.EndsWith("-unrecorded", StringComparison.Ordinal) ? 0 : options.Ddmq.Recorder.Entries;
            ConfigureCluster(options, LimitedServer.ClusterOf(kind));
            bool isLimited = LimitedServer.TryConfigure(options, kind);
            bool isNoop = isLimited ? !LimitedServer.HasStore(kind) : kind.StartsWith("noop", StringComparison.Ordinal);
            await using ProxyHost host = await ProxyHost.StartAsync(
                options,
                home,
                NullLoggerFactory.Instance,
                new ProxyParts { EmbeddedStore = isNoop ? new NoopStore() : null, CreateClient = LimitedServer.HasHangingBroker(kind) ? _ => new HangingStore() : null });
            Console.WriteLine($"{host.ThriftEndPoint.Port} {host.AdminEndPoint?.Port}".TrimEnd());
            await Console.In.ReadToEndAsync();
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    private static void ConfigureCluster(CarreraOptions options, string kind)
    {
        if (kind.Split('=') is not [string name and not "limits", string address])
        {
            return;
        }

        CarreraConfigurationOptions node = options.CarreraConfiguration;
        if (name.StartsWith("kafka", StringComparison.Ordinal))
        {
            node.UseKafka = true;
            node.KafkaConfigurationMap["bench"] = new KafkaClusterOptions { BootstrapServers = [address] };
            if (name == "kafka-few")
            {
                options.Ddmq.KafkaClusters["bench"] = new KafkaExtraOptions
                {
                    Properties =
                    {
                        ["batch.num.messages"] = FewInRequest.ToString(CultureInfo.InvariantCulture),
                        ["max.in.flight"] = FewRequests.ToString(CultureInfo.InvariantCulture),
                    },
                };
            }
        }
        else
        {
            node.UseRocketmq = true;
            node.UseAutoBatch = name is "rocketmq-batch" or "rocketmq-large";
            if (name == "rocketmq-large")
            {
                node.AutoBatch = new AutoBatchOptions { MaxBatchMessagesNumber = LargeBatch, MaxBathBytes = 16 * 1024 };
            }

            node.RocketmqConfigurationMap["bench"] = new RocketMqClusterOptions { NamesrvAddrs = [address] };
            if (name == "rocketmq-few")
            {
                options.Ddmq.RocketmqClusters["bench"] = new RocketMqExtraOptions { MaxInFlightPerBroker = FewInFlight };
            }
        }

        options.DefaultTopicInfoConf.Topics =
            [new TopicOptions { Topic = "bench", AutoBatch = true, TopicUnits = [new TopicUnitOptions { BrokerCluster = "bench" }] }];
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(20)))
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static byte[] OkReply()
    {
        var buffer = new ThriftBuffer();
        buffer.BeginFrame();
        var writer = new CompactWriter(buffer);
        writer.WriteMessageBegin("sendSync"u8, ThriftMessageType.Reply, 1);
        new SendSyncResult { Success = new Result { Code = 0, Msg = SendStatuses.Utf8Text(SendStatus.Ok) } }.Write(ref writer);
        buffer.EndFrame();
        return buffer.WrittenSpan.ToArray();
    }
}
