using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using Ddmq.FunctionalTests.Scripts;
using Ddmq.TestKit.Proxy;
using Xunit;

namespace Ddmq.FunctionalTests.Lifecycle;

/// <summary>The packaged proxy, killed while clients send: whoever was told 0 finds the message after the next start.</summary>
[Collection(PackageCollection.Name)]
public sealed class KillTests(Package package)
{
    private const int Clients = 16;

    [Fact]
    public async Task Kill_WhileClientsSend_EveryOkIsThereExactlyOnceAfterTheNextStart()
    {
        using var home = new ProxyHome(package.ControlScript);
        var random = new Random(20260106);
        var acknowledged = new ConcurrentDictionary<string, byte>();
        for (int round = 0; round < 3; round++)
        {
            ScriptResult started = home.Control("start");
            Assert.True(started.ExitCode == 0, started.Error);
            int enough = acknowledged.Count + random.Next(200, 3000);
            using Process proxy = Process.GetProcessById(home.Pid);
            IPEndPoint thrift = new(IPAddress.Loopback, int.Parse(home.Ready.GetProperty("thrift").GetString()!.Split(':')[^1]));

            int current = round;
            Task[] clients = [.. Enumerable.Range(0, Clients).Select(client => SendUntilGoneAsync(thrift, $"{current}-{client}", acknowledged))];
            Assert.True(SpinWait.SpinUntil(() => acknowledged.Count >= enough, TimeSpan.FromSeconds(60)), "too few messages were acknowledged");
            proxy.Kill();
            await proxy.WaitForExitAsync();
            await Task.WhenAll(clients);
        }

        home.Control("start");
        using var admin = new HttpClient { BaseAddress = new Uri($"http://{home.Ready.GetProperty("admin").GetString()}") };
        string lines = await admin.GetStringAsync("/api/topics/killed/messages");
        JsonElement[] stored = [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        ILookup<string, JsonElement> byBody = stored.ToLookup(
            message => Encoding.ASCII.GetString(message.GetProperty("bodyBase64").GetBytesFromBase64()));
        Assert.All(acknowledged.Keys, body => Assert.Single(byBody[body]));
        foreach (IGrouping<int, long> partition in stored.GroupBy(
            message => message.GetProperty("partition").GetInt32(), message => message.GetProperty("offset").GetInt64()))
        {
            Assert.Equal(Enumerable.Range(0, partition.Count()).Select(offset => (long)offset), partition);
        }
    }

    private static async Task SendUntilGoneAsync(IPEndPoint thrift, string name, ConcurrentDictionary<string, byte> acknowledged)
    {
        await using RawClient client = await RawClient.ConnectAsync(thrift);
        try
        {
            for (int i = 0; ; i++)
            {
                string body = $"{name}-{i}";
                await client.SendAsync(RawClient.SendSync("killed", body));
                if ((await client.ReceiveResultAsync()).Code == (int)Ddmq.Core.Messages.SendStatus.Ok)
                {
                    acknowledged.TryAdd(body, 0);
                }
            }
        }
        catch (IOException)
        {
            // The proxy is gone.
        }
    }
}
