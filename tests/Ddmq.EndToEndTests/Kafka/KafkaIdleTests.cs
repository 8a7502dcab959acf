using System.Diagnostics;
using Ddmq.EndToEndTests.Brokers;
using Ddmq.TestKit.Brokers;
using Ddmq.TestKit.Proxy;
using Ddmq.TestKit.Requirements;
using Xunit;

namespace Ddmq.EndToEndTests.Kafka;

[Collection(KafkaCollection.Name)]
public sealed class KafkaIdleTests(SharedKafka kafka)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    /// <summary>A client library's thread that asks without a pause takes all of a CPU, for ever.</summary>
    [RequiresBrokersFact]
    public async Task Proxy_NobodySends_HardlyUsesTheCpu()
    {
        KafkaServer server = await kafka.GetAsync();
        await using var proxy = new ProxyProcess(
            $$"""
            carreraConfiguration:
              useKafka: true
              kafkaConfigurationMap:
                K_idle: { bootstrapServers: ["{{server.BootstrapServers}}"] }
            """,
            "");
        await proxy.StartAsync();

        // What the start has left to do comes first.
        var elapsed = Stopwatch.StartNew();
        double share = 1;
        while (share > 0.3 && elapsed.Elapsed < Patience)
        {
            TimeSpan before = proxy.CpuTime;
            var window = Stopwatch.StartNew();
            await Task.Delay(Window);
            share = (proxy.CpuTime - before) / window.Elapsed;
        }

        Assert.InRange(share, 0, 0.3);
    }
}
