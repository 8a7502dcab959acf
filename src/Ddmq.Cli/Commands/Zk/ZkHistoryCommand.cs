using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Ddmq.Cli.Admin;
using Ddmq.Cli.Output;
using Ddmq.Cli.Zk;

namespace Ddmq.Cli.Commands.Zk;

/// <summary><c>ddmq zk history</c>: the last good versions that a proxy keeps on its disk; with a number, what has changed since.</summary>
internal sealed class ZkHistoryCommand
{
    private readonly Argument<long?> _version = new("version") { Description = "Show what has changed since this version", Arity = ArgumentArity.ZeroOrOne };

    private ZkHistoryCommand()
    {
    }

    public static Command Create(GlobalOptions options, ZkOptions zk, CliContext context)
    {
        var history = new ZkHistoryCommand();
        var command = new Verb(
            "history", "Lists the last good configurations that a proxy keeps, or shows what has changed since one", "ddmq zk history", "ddmq zk history 41");
        command.Add(history._version);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var admin = new AdminClient(options.Admin(result));
            if (result.GetValue(history._version) is not { } version)
            {
                await ListAsync(admin, options.Json(result), context, cancellationToken).ConfigureAwait(false);
                return ExitCodes.Ok;
            }

            SavedNodes saved = await SavedNodes.GetAsync(admin, version, cancellationToken).ConfigureAwait(false);
            ZkTarget target = await zk.FindAsync(result, cancellationToken).ConfigureAwait(false);
            await using ZkConnection connection = await ZkConnection.OpenAsync(target.Address, target.Digest, cancellationToken).ConfigureAwait(false);
            Write(saved, await saved.ToNowAsync(connection).ConfigureAwait(false), options.Json(result), context);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static void Write(SavedNodes saved, IReadOnlyList<NodeChange> changes, bool isJson, CliContext context)
    {
        if (isJson)
        {
            context.Out.WriteLine(PlanReport.ToJson(changes));
            return;
        }

        context.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"version {saved.Version} saved at {saved.SavedAt:u} -> ZooKeeper now:"));
        PlanReport.Write(context.Out, changes);
        if (changes.Count == 0)
        {
            context.Out.WriteLine("no difference");
        }
    }

    private static async Task ListAsync(AdminClient admin, bool isJson, CliContext context, CancellationToken cancellationToken)
    {
        using JsonDocument document = await SavedNodes.ListAsync(admin, cancellationToken).ConfigureAwait(false);
        if (isJson)
        {
            context.Out.WriteLine(JsonText.Compact(document.RootElement));
            return;
        }

        try
        {
            var table = new TextTable(">Version", "Saved", "Changed");
            foreach (JsonElement version in document.RootElement.EnumerateArray())
            {
                JsonElement changed = version.GetProperty("changed");
                table.Add(
                    version.GetProperty("version").GetInt64().ToString(CultureInfo.InvariantCulture),
                    version.GetProperty("savedAt").GetDateTimeOffset().ToString("u", CultureInfo.InvariantCulture),
                    changed.ValueKind == JsonValueKind.Null ? "(the oldest that is kept)" : string.Join(' ', changed.EnumerateArray().Select(path => SafeText.Of(path.GetString()!))));
            }

            table.WriteTo(context);
        }
        catch (Exception exception) when (exception is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw admin.NotUnderstood("api/configuration/history", exception);
        }
    }
}
