using System.CommandLine;
using Ddmq.Cli.Admin;
using Ddmq.Cli.Zk;

namespace Ddmq.Cli.Commands.Zk;

/// <summary><c>ddmq zk rollback</c>: writes the nodes of a version that a proxy has kept back to ZooKeeper.</summary>
internal static class ZkRollbackCommand
{
    public static Command Create(GlobalOptions options, ZkWriteVerb write)
    {
        var version = new Argument<long>("version") { Description = "A number that ddmq zk history lists" };
        var command = new Verb(
            "rollback",
            "Writes the nodes of an earlier configuration of a proxy back to ZooKeeper",
            "ddmq zk rollback 41 --dry-run",
            "ddmq zk rollback 41");
        command.Add(version);
        return write.Create(command, async (result, connection, plan, cancellationToken) =>
        {
            using var admin = new AdminClient(options.Admin(result));
            SavedNodes saved = await SavedNodes.GetAsync(admin, result.GetValue(version), cancellationToken).ConfigureAwait(false);
            await saved.AddTo(plan, connection).ConfigureAwait(false);
        });
    }
}
