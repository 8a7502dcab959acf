using System.CommandLine;
using Ddmq.Cli.Output;
using Ddmq.Config.ZooKeeper;

namespace Ddmq.Cli.Zk;

/// <summary>
/// What all verbs have in common that write: read, change, check, show, ask, write.
/// To add one: a class in Commands/Zk/ whose action fills a <see cref="NodePlan"/>.
/// </summary>
/// <param name="global">The options of all verbs.</param>
/// <param name="zk">The options of the group.</param>
/// <param name="context">Streams, terminal, environment.</param>
internal sealed class ZkWriteVerb(GlobalOptions global, ZkOptions zk, CliContext context)
{
    /// <summary>Makes a verb of it.</summary>
    /// <param name="command">The verb, with its own options.</param>
    /// <param name="plan">Fills the plan; gets the command line and the connection.</param>
    public Command Create(Command command, Func<ParseResult, ZkConnection, NodePlan, CancellationToken, Task> plan) =>
        Create(command, target => target.Address, (result, connection, _, changes, cancellationToken) => plan(result, connection, changes, cancellationToken));

    /// <summary>The same for a verb that works on the proxies' nodes.</summary>
    /// <param name="command">The verb, with its own options.</param>
    /// <param name="edit">Changes the nodes; gets the command line and may add notes to the plan.</param>
    public Command Create(Command command, Func<ParseResult, Fleet, NodePlan, Task> edit) => Create(
        command,
        target => target.Address,
        async (result, connection, target, changes, _) =>
        {
            Fleet fleet = await Fleet.LoadAsync(connection, target.EmbeddedCluster).ConfigureAwait(false);
            await edit(result, fleet, changes).ConfigureAwait(false);
            fleet.AddTo(changes);
        });

    /// <summary>The same for a verb whose paths begin at the ensemble's root.</summary>
    /// <param name="command">The verb, with its own options.</param>
    /// <param name="plan">Fills the plan; gets the connection and the address with the chroot that is meant.</param>
    public Command CreateAtRoot(Command command, Func<ZkConnection, ZooKeeperAddress, NodePlan, Task> plan) => Create(
        command,
        target => ZooKeeperAddress.Parse(string.Join(',', target.Address.Hosts)),
        (_, connection, target, changes, _) => plan(connection, target.Address, changes));

    private Command Create(
        Command command, Func<ZkTarget, ZooKeeperAddress> address, Func<ParseResult, ZkConnection, ZkTarget, NodePlan, CancellationToken, Task> plan)
    {
        var write = new ZkWriteOptions();
        write.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            ZkTarget target = await zk.FindAsync(result, cancellationToken).ConfigureAwait(false);
            NodeAcl acl = write.Acl(result, target);
            await using ZkConnection connection = await ZkConnection.OpenAsync(address(target), target.Digest, cancellationToken).ConfigureAwait(false);
            var changes = new NodePlan(target.EmbeddedCluster);
            await plan(result, connection, target, changes, cancellationToken).ConfigureAwait(false);
            return await RunAsync(result, write, new PlanWriter(connection, acl), changes, cancellationToken).ConfigureAwait(false);
        });
        return command;
    }

    /// <summary>Checks, shows, asks and writes.</summary>
    private async Task<int> RunAsync(
        ParseResult result, ZkWriteOptions write, PlanWriter writer, NodePlan plan, CancellationToken cancellationToken)
    {
        plan.Validate();
        bool isJson = global.Json(result);
        bool isDryRun = write.DryRun(result);
        if (!isJson)
        {
            PlanReport.Write(context.Out, plan.Changes);
        }

        if (plan.Changes.Count > 0 && !isDryRun)
        {
            await AskAsync(write.Yes(result), plan.Changes.Count, cancellationToken).ConfigureAwait(false);
            await writer.WriteAsync(plan.Changes).ConfigureAwait(false);
        }

        context.Out.WriteLine(
            isJson ? PlanReport.ToJson(plan, isWritten: plan.Changes.Count > 0 && !isDryRun, isDryRun)
            : plan.Changes.Count == 0 ? "nothing to change"
            : isDryRun ? $"{Nodes(plan.Changes.Count)} would be written"
            : $"{Nodes(plan.Changes.Count)} written");
        if (!isJson)
        {
            foreach (string note in plan.Notes)
            {
                context.Out.WriteLine(SafeText.Of(note));
            }
        }

        return ExitCodes.Ok;
    }

    private async Task AskAsync(bool isYes, int nodes, CancellationToken cancellationToken)
    {
        if (isYes)
        {
            return;
        }

        await context.Out.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (context.IsInputRedirected)
        {
            throw CliException.Usage("nothing was written: there is no terminal to ask at; add --yes to write, or --dry-run to only look");
        }

        await context.Error.WriteAsync($"write {Nodes(nodes)}? [y/N] ").ConfigureAwait(false);
        await using Stream input = context.Input();
        ReadOnlyMemory<byte>? answer = await new LineReader(input).ReadAsync(cancellationToken).ConfigureAwait(false);
        string text = answer is { } line ? System.Text.Encoding.UTF8.GetString(line.Span).Trim() : "";
        if (!text.Equals("y", StringComparison.OrdinalIgnoreCase) && !text.Equals("yes", StringComparison.OrdinalIgnoreCase))
        {
            throw new CliException(ExitCodes.Failed, "nothing was written");
        }
    }

    private static string Nodes(int count) => count == 1 ? "1 node" : $"{count} nodes";
}
