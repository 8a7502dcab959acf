using System.Diagnostics;
using System.Globalization;
using System.Text;
using Ddmq.Config;
using Ddmq.Config.ZooKeeper;
using Ddmq.Proxy;
using Ddmq.TestKit.ZooKeeper;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ddmq.Benchmarks;

/// <summary>
/// What topics from ZooKeeper cost, by their number: from start to ready, memory, and one change (from the write's acknowledgement until the
/// proxy has it in force). ZooKeeper is a real one on the same machine.
/// </summary>
internal static class ConfigurationBenchmark
{
    private const int Changes = 100;
    private const string Instance = "127.0.0.1:0";

    public static async Task RunAsync()
    {
        if (ZooKeeperServer.Missing is { } missing)
        {
            Console.Error.WriteLine(missing);
            return;
        }

        await using ZooKeeperServer server = await ZooKeeperServer.StartAsync();
        Console.WriteLine($"{Changes} changes one after another; the first row warms up");
        Console.WriteLine($"{"topics",7} {"ready ms",9} {"of ping",8} {"heap MB",8} {"change p50 ms",14} {"p99 ms",8} {"CPU ms/change",14}");
        foreach (int topics in new[] { 100, 1, 100, 1_000, 10_000 })
        {
            await MeasureAsync(server.Address, topics);
        }
    }

    private static async Task MeasureAsync(string server, int topics)
    {
        string chroot = $"/n{topics}-{Stopwatch.GetTimestamp()}";
        await using ZooKeeperSession session = await ConnectAsync(server);
        string root = chroot + ZooKeeperAddress.ConfigRoot;
        string path = "";
        foreach (string part in $"{root[1..]}".Split('/'))
        {
            path += "/" + part;
            await session.CreateAsync(path, default);
        }

        await session.CreateAsync($"{root}/pproxy", default);
        await session.CreateAsync($"{root}/topic", default);
        await Task.WhenAll(Enumerable.Range(0, topics).Select(i => session.CreateAsync($"{root}/topic/t{i}", Topic(i, 1000))));
        await session.CreateAsync($"{root}/pproxy/{Instance}", Own(topics));
        double ping = await PingAsync(session, $"{root}/pproxy/{Instance}");

        long heapBefore = GC.GetTotalMemory(forceFullCollection: true);
        string home = Directory.CreateTempSubdirectory("ddmq-benchmark-").FullName;
        try
        {
            var options = new CarreraOptions { Port = 0, Host = "127.0.0.1", ZookeeperAddr = server + chroot };
            options.Ddmq.Thrift.BindAddress = "127.0.0.1";
            options.Ddmq.Admin.Port = 0;
            long started = Stopwatch.GetTimestamp();
            await using ProxyHost host = await ProxyHost.StartAsync(
                options, home, NullLoggerFactory.Instance, new ProxyParts { EmbeddedStore = new NoopStore() });
            double readyMs = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            double heapMb = (GC.GetTotalMemory(forceFullCollection: true) - heapBefore) / 1e6;

            var delays = new Latencies();
            TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime;
            for (int change = 0; change < Changes; change++)
            {
                int topic = change % topics;
                long version = host.ConfigurationVersion;
                await session.SetAsync($"{root}/topic/t{topic}", Topic(topic, 2000 + change), ZooKeeperSession.AnyVersion);
                long written = Stopwatch.GetTimestamp();
                while (host.ConfigurationVersion == version)
                {
                    await Task.Delay(1);
                }

                delays.Add(written);
            }

            cpu = Process.GetCurrentProcess().TotalProcessorTime - cpu;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{topics,7} {readyMs,9:F0} {readyMs / ping,8:F0} {heapMb,8:F1} {delays.At(0.5) / 1000,14:F1} {delays.At(0.99) / 1000,8:F1} {cpu.TotalMilliseconds / Changes,14:F2}"));
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    /// <summary>What one read costs, in ms: the measure of the start.</summary>
    private static async Task<double> PingAsync(ZooKeeperSession session, string path)
    {
        const int Reads = 200;
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < Reads; i++)
        {
            await session.ExistsAsync(path);
        }

        return Stopwatch.GetElapsedTime(started).TotalMilliseconds / Reads;
    }

    private static async Task<ZooKeeperSession> ConnectAsync(string server)
    {
        ZooKeeperSession session = await ZooKeeperSession.OpenAsync(new ZooKeeperSessionOptions { Address = ZooKeeperAddress.Parse(server) });
        await session.WaitForConnectionAsync();
        return session;
    }

    private static byte[] Topic(int number, int maxTps) => Encoding.UTF8.GetBytes(
        $$"""{"alarmGroup":["ops"],"autoBatch":false,"compressType":"PRIMORDIAL","delayTopic":false,"limiterFailureRetryInterval":-1,"strongOrder":false,"topic":"t{{number}}","topicUnits":[{"brokerCluster":"embedded","maxTps":{{maxTps}},"proxies":{"P_ddmq":["{{Instance}}"]},"totalMaxTps":{{maxTps}}}]}""");

    private static byte[] Own(int topics) => Encoding.UTF8.GetBytes(
        $$"""{"brokerClusters":["R_a"],"carreraConfiguration":{"maxTps":3000},"instance":"{{Instance}}","proxyCluster":"P_ddmq","topics":[{{string.Join(',', Enumerable.Range(0, topics).Select(i => $"\"t{i}\""))}}]}""");
}
