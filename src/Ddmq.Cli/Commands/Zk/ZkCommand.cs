using System.CommandLine;
using Ddmq.Cli.Output;
using Ddmq.Cli.Zk;

namespace Ddmq.Cli.Commands.Zk;

/// <summary>
/// <c>ddmq zk</c>: the configuration in ZooKeeper. What these verbs write, the original console could have written.
/// </summary>
internal static class ZkCommand
{
    public static Command Create(GlobalOptions options, CliContext context)
    {
        var zk = new ZkOptions(options, context);
        var write = new ZkWriteVerb(options, zk, context);
        var group = new Verb(
            "zk",
            "Reads and writes the proxies' configuration in ZooKeeper",
            "ddmq zk init --zookeeper 10.0.0.1:2181",
            "ddmq zk bind 10.0.0.11:9613 --rocketmq 10.0.0.2:9876 --cluster R_main --proxy-cluster P_main",
            "ddmq zk topic create orders --cluster R_main --tps 2000");
        zk.AddTo(group);
        group.Add(ZkInitCommand.Create(write));
        group.Add(ZkClusterCommand.Create(write));
        group.Add(ZkBindCommand.Create(write));
        group.Add(ZkUnbindCommand.Create(write));
        group.Add(ZkTopicCommand.Create(write));
        group.Add(ZkShowCommand.Create(options, zk, context));
        group.Add(ZkHistoryCommand.Create(options, zk, context));
        group.Add(ZkRollbackCommand.Create(options, write));
        return group;
    }
}
