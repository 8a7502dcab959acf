using Ddmq.Config.ZooKeeper;
using Ddmq.Core.Messages;
using Ddmq.FunctionalTests.Config.ZooKeeper;
using Ddmq.TestKit.Requirements;
using Ddmq.TestKit.ZooKeeper;
using Xunit;

namespace Ddmq.FunctionalTests.LiveConfiguration;

/// <summary>ZooKeeper is down, comes late, goes away, or asks for credentials. Each test has a server of its own.</summary>
public sealed class ConfigurationBadDayTests
{
    [RequiresZooKeeperFact]
    public async Task Start_ZooKeeperDownAndNothingSaved_WaitsSaysForWhatAndServesWhenItComes()
    {
        await using ZooKeeperServer server = await ZooKeeperServer.StartAsync();
        await server.KillAsync();
        await using LiveProxy proxy = LiveProxy.Begin(server.Address);

        await proxy.SaysAsync($"503 ZooKeeper {server.Address}/carrera/v4/config does not answer");
        await server.RestartAsync();
        await proxy.SaysAsync(
            $"503 the node /carrera/v4/config{ConsoleLike.OwnPath} does not exist in ZooKeeper; bind this proxy with the console, or with: "
            + $"ddmq zk bind {ConsoleLike.Instance} --zookeeper {server.Address}/carrera/v4/config");
        await using ConsoleLike console = await ConsoleLike.OpenAsync(server.Address);
        await console.WriteAsync(ConsoleLike.OwnPath, "{}");
        await proxy.SaysAsync("is not good: /pproxy/127.0.0.1:0: instance: is missing, and it is required");
        Assert.False(proxy.IsReady);

        await console.WriteTopicAsync("orders", "R_a");
        await console.WriteOwnAsync(["orders"], ["R_a"]);

        await proxy.ReadyAsync();
        await proxy.AnswersAsync("orders", SendStatus.Ok);
        Assert.Equal("200 ok\n", await proxy.ReadyzAsync());
    }

    [RequiresZooKeeperFact]
    public async Task Start_ZooKeeperDown_ServesTheLastGoodConfigurationAndTakesTheNewOneWhenItIsBack()
    {
        await using ZooKeeperServer server = await ZooKeeperServer.StartAsync();
        await using (ConsoleLike console = await ConsoleLike.OpenAsync(server.Address))
        {
            await console.WriteTopicAsync("orders", "R_a");
            await console.WriteOwnAsync(["orders"], ["R_a"]);
        }

        await using LiveProxy proxy = await LiveProxy.StartAsync(server.Address);
        await proxy.StopAsync();
        await server.KillAsync();

        proxy.BeginAgain();
        await proxy.ReadyAsync();

        Assert.Equal(SendStatus.Ok, await proxy.SendAsync("orders"));
        Assert.Contains("configuration: the last good one, saved at", await proxy.ReadyzAsync());
        Assert.Contains("\nddmq_config_from_cache 1\n", await proxy.Admin.GetStringAsync("/metrics"));

        await server.RestartAsync();
        await proxy.SaysAsync("200 ok\n");
        await LiveProxy.UntilAsync(async () => await proxy.ReadyzAsync() == "200 ok\n", () => "still says that something is wrong");
        await using ConsoleLike again = await ConsoleLike.OpenAsync(server.Address);
        await again.WriteOwnAsync([], ["R_a"]);
        await proxy.AnswersAsync("orders", SendStatus.TopicNotAllowed);
    }

    [RequiresZooKeeperFact]
    public async Task Start_OwnNodeWasDeleted_ServesTheLastGoodConfigurationAndSaysSo()
    {
        await using ZooKeeperServer server = await ZooKeeperServer.StartAsync();
        await using ConsoleLike console = await ConsoleLike.OpenAsync(server.Address);
        await console.WriteTopicAsync("orders", "R_a");
        await console.WriteOwnAsync(["orders"], ["R_a"]);
        await using LiveProxy proxy = await LiveProxy.StartAsync(server.Address);
        await proxy.StopAsync();
        Assert.Equal(ZooKeeperError.Ok, await console.Session.DeleteAsync(ConsoleLike.OwnPath, -1));

        proxy.BeginAgain();
        await proxy.ReadyAsync();

        Assert.Equal(SendStatus.Ok, await proxy.SendAsync("orders"));
        await proxy.SaysAsync("does not exist in ZooKeeper");
    }

    [RequiresZooKeeperFact]
    public async Task Run_ZooKeeperRestartsAndPauses_ServingGoesOnAndChangesOfTheMeantimeAreTaken()
    {
        await using ZooKeeperServer server = await ZooKeeperServer.StartAsync();
        await using ConsoleLike console = await ConsoleLike.OpenAsync(server.Address);
        await console.WriteTopicAsync("orders", "R_a");
        await console.WriteOwnAsync(["orders"], ["R_a"]);
        await using LiveProxy proxy = await LiveProxy.StartAsync(server.Address);

        server.Pause();
        await proxy.SaysAsync("no connection to ZooKeeper");
        Assert.Equal(SendStatus.Ok, await proxy.SendAsync("orders"));
        Assert.StartsWith("200 ok\n", await proxy.ReadyzAsync());
        server.Continue();
        await LiveProxy.UntilAsync(async () => await proxy.ReadyzAsync() == "200 ok\n", () => "not connected again");

        await server.KillAsync();
        await proxy.SaysAsync("no connection to ZooKeeper");
        Assert.Equal(SendStatus.Ok, await proxy.SendAsync("orders"));
        await server.RestartAsync();
        await using ConsoleLike again = await ConsoleLike.OpenAsync(server.Address);
        await again.WriteOwnAsync([], ["R_a"]);
        await proxy.AnswersAsync("orders", SendStatus.TopicNotAllowed);
    }

    [RequiresZooKeeperFact]
    public async Task Start_EnsembleWithChrootAndDigestAcl_IsRead()
    {
        await using ZooKeeperServer server = await ZooKeeperServer.StartAsync();
        string address = $"127.0.0.1:1,{server.Address}/deep/root";
        await using ConsoleLike console = await ConsoleLike.OpenAsync($"{server.Address}/deep/root");
        Assert.Equal(ZooKeeperError.Ok, await console.Session.AddAuthAsync("digest", "ddmq:secret"u8.ToArray()));
        Assert.True((await console.Session.CreateAsync("/topic/orders", System.Text.Encoding.UTF8.GetBytes(ConsoleLike.Topic("orders", "R_a")), NodeAcl.Creator)).IsOk);
        Assert.True((await console.Session.CreateAsync(
            ConsoleLike.OwnPath, System.Text.Encoding.UTF8.GetBytes(ConsoleLike.Own(["orders"], ["R_a"], [], 10, "127.0.0.1:9876")), NodeAcl.Creator)).IsOk);

        await using (LiveProxy stranger = LiveProxy.Begin(address))
        {
            await stranger.SaysAsync("cannot be read (NoAuth)");
        }

        await using LiveProxy proxy = await LiveProxy.StartAsync(address, options => options.Ddmq.Zookeeper.DigestAuth = "ddmq:secret");
        Assert.Equal(SendStatus.Ok, await proxy.SendAsync("orders"));
    }
}
