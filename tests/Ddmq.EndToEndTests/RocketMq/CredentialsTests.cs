using Ddmq.Core.Messages;
using Ddmq.FunctionalTests.Cli.Doctor;
using Ddmq.Storage.RocketMq;
using Ddmq.TestKit.Brokers;
using Ddmq.TestKit.Network;
using Ddmq.TestKit.Requirements;
using Ddmq.TestKit.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Ddmq.EndToEndTests.RocketMq;

/// <summary>
/// Brokers that want credentials: 4.9 with its <c>plain_acl.yml</c>, which also says who may write to which topic, 5.3 with users of its own. What the
/// store, and the operator's <c>ddmq doctor</c>, make of right and wrong ones.
/// </summary>
public sealed class CredentialsTests
{
    private const string Open = "open";
    private const string Denied = "denied";
    private const string AccessKey = "producer";
    private const string SecretKey = "a secret key";

    private static readonly string[] UsersOf5 =
    [
        "authenticationEnabled=true",
        "authenticationProvider=org.apache.rocketmq.auth.authentication.provider.DefaultAuthenticationProvider",
        "authenticationMetadataProvider=org.apache.rocketmq.auth.authentication.provider.LocalAuthenticationMetadataProvider",
        $$"""initAuthenticationUser={"username":"{{AccessKey}}","password":"{{SecretKey}}"}""",
        $$"""innerClientAuthenticationCredentials={"accessKey":"{{AccessKey}}","secretKey":"{{SecretKey}}"}""",
    ];

    [RequiresBrokersTheory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Send_BrokerWantsCredentials_StoresWithTheRightOnesOnlyAndDoctorNamesTheSetting(int version)
    {
        await using RocketMqCluster cluster = await RocketMqCluster.StartAsync(version);
        await cluster.CreateTopicAsync(Open, 1);
        await cluster.CreateTopicAsync(Denied, 1);
        await DemandCredentialsAsync(cluster);

        (SendResult right, SendResult batched, SendResult denied) = await SendAsync(cluster, AccessKey, SecretKey);
        SendResult wrong = (await SendAsync(cluster, AccessKey, "another secret key")).Single;
        SendResult none = (await SendAsync(cluster, "", "")).Single;

        Assert.True(right.IsOk && batched.IsOk, $"{right}, {batched}");
        Assert.All([wrong, none], result => Assert.Equal((SendStatus.Unknown, Stored.No), (result.Status, result.Stored)));
        if (version == 4)
        {
            Assert.Equal((SendStatus.Unknown, Stored.No), (denied.Status, denied.Stored));
            Assert.Contains("No default permission for topic", denied.Detail, StringComparison.Ordinal);
        }

        DoctorRun well = await DoctorAsync(cluster, AccessKey, SecretKey);
        well.EndsWith(0);
        DoctorRun badSecret = await DoctorAsync(cluster, AccessKey, "another secret key");
        badSecret.EndsWith(1);
        badSecret.Says($"fail rocketmq R_a: broker-a at {cluster.Brokers[0].Address} refuses: ", "ddmq.rocketmqClusters.R_a.accessKey and secretKey against");
        DoctorRun noKey = await DoctorAsync(cluster, "", "");
        noKey.EndsWith(1);
        noKey.Says($"fail rocketmq R_a: broker-a at {cluster.Brokers[0].Address} refuses: ", "when it wants credentials: ddmq.rocketmqClusters.R_a.accessKey and secretKey");

        // Nothing of what was refused is there.
        cluster.Configure();
        await RestartAsync(cluster);
        Assert.Equal(["single", "batched 0", "batched 1"], (await cluster.ReadAllAsync(Open)).Select(message => message.BodyText));
        Assert.Equal(version == 4 ? 0 : 1, (await cluster.ReadAllAsync(Denied)).Count);
    }

    private static async Task DemandCredentialsAsync(RocketMqCluster cluster)
    {
        if (cluster.Version == 4)
        {
            await File.WriteAllTextAsync(
                Path.Combine(cluster.Brokers[0].Process.DataFolder, "home", "conf", "plain_acl.yml"),
                $"""
                 globalWhiteRemoteAddresses: []
                 accounts:
                 - accessKey: {AccessKey}
                   secretKey: {SecretKey}
                   admin: false
                   defaultTopicPerm: DENY
                   defaultGroupPerm: SUB
                   topicPerms:
                   - {Open}=PUB

                 """);
            cluster.Configure("aclEnable=true");
        }
        else
        {
            cluster.Configure(UsersOf5);
        }

        await RestartAsync(cluster);
    }

    // A broker takes its time to stop; what it has answered for outlives its process.
    private static async Task RestartAsync(RocketMqCluster cluster)
    {
        await cluster.Brokers[0].Process.KillAsync();
        await cluster.Brokers[0].Process.StartAsync();
        await cluster.WaitForRouteAsync(Open);
    }

    private static async Task<(SendResult Single, SendResult Batched, SendResult Denied)> SendAsync(RocketMqCluster cluster, string accessKey, string secretKey)
    {
        await using RocketMqStore store = RocketMqStore.Start(
            new RocketMqStoreOptions { NameServers = [cluster.NameServerAddress], AccessKey = accessKey, SecretKey = secretKey },
            TimeProvider.System,
            NullLogger.Instance);
        SendResult single = await store.SendAsync(TestRequests.Create(Open, "single", partitionId: 0));
        if (!single.IsOk)
        {
            return (single, default, default);
        }

        // What a batch call brings in one burst goes in one request.
        Core.Pipeline.Burst.Begin();
        Task<SendResult>[] batch = [.. Enumerable.Range(0, 2).Select(i =>
        {
            SendRequest request = TestRequests.Create(Open, $"batched {i}", partitionId: 0);
            request.Method = SendMethod.BatchSync;
            return store.SendAsync(request).AsTask();
        })];
        Core.Pipeline.Burst.End();
        SendResult[] batched = await Task.WhenAll(batch);
        Assert.Equal(1, store.Counters.Batches);
        return (single, batched.Aggregate((worst, result) => worst.IsOk ? result : worst), await store.SendAsync(TestRequests.Create(Denied, "denied", partitionId: 0)));
    }

    private static async Task<DoctorRun> DoctorAsync(RocketMqCluster cluster, string accessKey, string secretKey)
    {
        using PortBlock ports = PortBlock.Take(1);
        return await DoctorRun.OnAsync($$"""
            port: {{ports.First}}
            defaultTopicInfoConf: { topics: [ { topic: {{Open}}, topicUnits: [ { brokerCluster: R_a } ] } ] }
            carreraConfiguration:
              useRocketmq: true
              rocketmqConfigurationMap: { R_a: { namesrvAddrs: ["{{cluster.NameServerAddress}}"] } }
            ddmq:
              admin: { enabled: false }
              rocketmqClusters: { R_a: { accessKey: "{{accessKey}}", secretKey: "{{secretKey}}" } }
            """);
    }
}
