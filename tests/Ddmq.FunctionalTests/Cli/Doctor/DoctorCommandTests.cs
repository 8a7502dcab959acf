using System.Net;
using System.Net.Sockets;
using Ddmq.TestKit;
using Ddmq.TestKit.Network;
using Ddmq.TestKit.Proxy;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Ddmq.FunctionalTests.Cli.Doctor;

/// <summary>What <c>ddmq doctor</c> says of a machine, a configuration and a proxy, without ZooKeeper and brokers.</summary>
public sealed class DoctorCommandTests
{
    [Fact]
    public async Task Run_ConfigurationWithMistakes_NamesAllOfThemAndStops()
    {
        DoctorRun run = await DoctorRun.OnAsync("port: lots\nddmq:\n  store:\n    maxMesageSize: 5\n");

        run.EndsWith(1);
        run.Says("fail configuration", "carrera.yaml:1:7", "port");
        run.Says("fail configuration", "maxMessageSize");
        run.Says("warn configuration: nothing else was checked");
    }

    [Fact]
    public async Task Run_NoFile_SaysWhichIsMissing()
    {
        using var home = new ScratchFolder();

        CliRun run = await CliRun.RunAsync(["doctor"], variables: new Dictionary<string, string> { ["DDMQ_HOME"] = home.Path });

        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"{home["config/carrera.yaml"]}: no such file", run.Out);
    }

    [Fact]
    public async Task Run_NothingRuns_IsAWarningWithTheCommandAndPortsAreFree()
    {
        using PortBlock ports = PortBlock.Take(2);

        DoctorRun run = await DoctorRun.OnAsync(Ports(ports.First, ports.First + 1));

        run.EndsWith(0);
        run.Says("warn proxy: does not run", "-> ./control.sh start");
        run.Says($"ok port {ports.First}: Thrift: free at 127.0.0.1:");
        run.Says($"ok port {ports.First + 1}: admin: free at 127.0.0.1:");
        run.Says("ok libraries: librocksdb");
        run.Says("ok data folder", "fdatasync");
        Assert.Contains(run.Lines, line => line.Contains(" open files: ", StringComparison.Ordinal));
        Assert.Contains(run.Lines, line => line.Contains(" memory: ", StringComparison.Ordinal));
        Assert.Contains(run.Lines, line => line.Contains(" clock: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_PortHeldBySomebodyElse_SaysWhoAndWhatToChange()
    {
        using PortBlock ports = PortBlock.Take(1);
        using var holder = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        holder.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        holder.Listen();
        int port = ((IPEndPoint)holder.LocalEndPoint!).Port;

        DoctorRun run = await DoctorRun.OnAsync(Ports(port, ports.First));

        run.EndsWith(1);
        run.Says($"fail port {port}: Thrift", $"pid {Environment.ProcessId}", "DDMQ_PORT");
    }

    [Fact]
    public async Task Run_AddressOfAnotherMachine_NamesTheSetting()
    {
        using PortBlock ports = PortBlock.Take(2);

        DoctorRun run = await DoctorRun.OnAsync(Ports(ports.First, ports.First + 1).Replace("bindAddress: 127.0.0.1", "bindAddress: 192.0.2.1", StringComparison.Ordinal));

        run.EndsWith(1);
        run.Says($"fail port {ports.First}", "cannot listen", "ddmq.thrift.bindAddress");
    }

    [Fact]
    public async Task Run_ProxyThere_IsReadyHoldsItsPortsAndTakesAMessageWhenAsked()
    {
        await using TestProxy proxy = await TestProxy.StartAsync();
        string yaml = Ports(proxy.Thrift.Port, proxy.Host.AdminEndPoint!.Port);

        DoctorRun without = await DoctorRun.OnAsync(yaml);
        string[] before = (await CliRun.RunAsync(["topics", "--admin", proxy.Admin.BaseAddress!.ToString()])).OutLines;
        DoctorRun with = await DoctorRun.OnAsync(yaml, "--send", "doctors-topic");

        Assert.Equal((0, 0), (without.ExitCode, with.ExitCode));
        without.Says($"ok proxy: runs and takes messages, pid {Environment.ProcessId}");
        without.Says($"ok port {proxy.Thrift.Port}: Thrift: the proxy listens");
        Assert.DoesNotContain(before, line => line.Contains("doctors-topic", StringComparison.Ordinal));
        with.Says("ok send doctors-topic: code 0, OK");
    }

    [Fact]
    public async Task Run_SendWithoutAProxy_Fails()
    {
        using PortBlock ports = PortBlock.Take(2);

        DoctorRun run = await DoctorRun.OnAsync(Ports(ports.First, ports.First + 1), "--send", "t");

        run.EndsWith(1);
        run.Says("fail send t: Cannot connect", "control.sh start");
    }

    [Fact]
    public async Task Run_SomethingElseOnTheAdminPort_SaysSo()
    {
        using PortBlock ports = PortBlock.Take(1);
        await using ScriptedAdmin other = await ScriptedAdmin.StartAsync(context =>
        {
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        });

        DoctorRun run = await DoctorRun.OnAsync(Ports(ports.First, new Uri(other.Url).Port));

        run.EndsWith(1);
        run.Says("fail proxy: at http://127.0.0.1:", "DDMQ_ADMIN_PORT");
    }

    [Fact]
    public async Task Run_ProxyThatTakesNoMessages_FailsWithItsReason()
    {
        using PortBlock ports = PortBlock.Take(1);
        await using ScriptedAdmin admin = await ScriptedAdmin.StartAsync(context => context.Response.WriteAsync(
            """{"processId":1,"ready":false,"reason":"the disk is full","degradations":["cluster R: no broker"]}""", context.RequestAborted));

        DoctorRun run = await DoctorRun.OnAsync(Ports(ports.First, new Uri(admin.Url).Port));

        run.EndsWith(1);
        run.Says("fail proxy: runs (pid 1) and takes no messages: the disk is full");
        run.Says("warn proxy: cluster R: no broker");
    }

    [Fact]
    public async Task Run_ClustersThatAreNotThere_FailWithTheSetting()
    {
        using PortBlock ports = PortBlock.Take(3);
        string nobody = $"127.0.0.1:{ports.First + 2}";

        DoctorRun run = await DoctorRun.OnAsync(Ports(ports.First, ports.First + 1) + $$"""
              
            carreraConfiguration:
              useKafka: true
              useRocketmq: true
              kafkaConfigurationMap: { K_a: { bootstrapServers: ["{{nobody}}"] } }
              rocketmqConfigurationMap: { R_a: { namesrvAddrs: ["{{nobody}}"] } }
            """);

        run.EndsWith(1);
        run.Says($"fail kafka K_a: the broker {nobody} cannot be reached: Connection refused", "bootstrapServers");
        run.Says($"fail rocketmq R_a: the name server {nobody} does not answer", "namesrvAddrs");
    }

    [Fact]
    public async Task Run_ServersThatSaySomethingElse_EndInTimeWithAFailure()
    {
        using PortBlock ports = PortBlock.Take(2);
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        silent.Listen();
        string nobody = silent.LocalEndPoint!.ToString()!;

        DoctorRun run = await DoctorRun.OnAsync(Ports(ports.First, ports.First + 1) + $$"""
              
            carreraConfiguration:
              useKafka: true
              useRocketmq: true
              kafkaConfigurationMap: { K_a: { bootstrapServers: ["{{nobody}}"] } }
              rocketmqConfigurationMap: { R_a: { namesrvAddrs: ["{{nobody}}"] } }
            """, "--timeout", "500ms");

        run.EndsWith(1);
        run.Says("fail kafka K_a: no");
        run.Says($"fail rocketmq R_a: the name server {nobody} does not answer: no answer within 500 ms");
    }

    private static string Ports(int thrift, int admin) => $"""
        port: {thrift}
        ddmq:
          thrift:
            bindAddress: 127.0.0.1
          admin:
            port: {admin}
        """;
}
