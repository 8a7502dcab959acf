using System.CommandLine;
using Ddmq.Cli.Output;

namespace Ddmq.Cli;

/// <summary>Says in one line what is wrong with a command line, and what was perhaps meant.</summary>
internal static class UsageErrors
{
    // Two slips at most, and fewer than half of the letters: beyond that it is another word.
    private const int MostSlips = 2;

    /// <summary>The line; the command line must have errors.</summary>
    public static string Describe(ParseResult result)
    {
        Command command = result.CommandResult.Command;
        string typed = Typed(command);
        string help = $"{typed} --help";
        if (result.UnmatchedTokens.Count > 0)
        {
            string token = result.UnmatchedTokens[0];
            string what = token.StartsWith('-') ? "an option" : command.Subcommands.Count > 0 ? "a verb" : "an argument";
            string meant = Nearest(token, Names(command)) is { } name ? $"; did you mean '{name}'?" : ".";
            return $"'{SafeText.Of(token)}' is not {what} of {typed}{meant} See {help}";
        }

        return command.Subcommands.Count > 0
            ? $"no verb given: {string.Join(", ", command.Subcommands.Select(verb => verb.Name))}. See {help}"
            : $"{SafeText.Of(result.Errors[0].Message).TrimEnd('.')}. See {help}";
    }

    /// <summary>The candidate that differs from the token by the fewest slips of the finger, if they are few.</summary>
    internal static string? Nearest(string token, IEnumerable<string> candidates) => candidates
        .Select(name => (Name: name, Slips: Distance(token, name)))
        .Where(candidate => candidate.Slips <= MostSlips && candidate.Slips * 2 < candidate.Name.Length)
        .OrderBy(candidate => candidate.Slips)
        .Select(candidate => candidate.Name)
        .FirstOrDefault();

    private static IEnumerable<string> Names(Command command) =>
        command.Subcommands.Select(verb => verb.Name)
            .Concat(command.Options.Select(option => option.Name))
            .Concat(Ancestors(command).SelectMany(parent => parent.Options).Select(option => option.Name));

    /// <summary>The words that lead to a verb, <c>ddmq zk topic set</c>.</summary>
    private static string Typed(Command command) =>
        string.Join(' ', Ancestors(command).Where(parent => parent is not RootCommand).Reverse().Select(parent => parent.Name).Prepend("ddmq"))
        + (command is RootCommand ? "" : " " + command.Name);

    private static IEnumerable<Command> Ancestors(Command command) =>
        command.Parents.OfType<Command>().SelectMany(parent => Ancestors(parent).Prepend(parent));

    /// <summary>Letters to insert, delete, replace or swap with their neighbour (optimal string alignment).</summary>
    private static int Distance(string left, string right)
    {
        int[,] cost = new int[left.Length + 1, right.Length + 1];
        for (int i = 0; i <= left.Length; i++)
        {
            for (int j = 0; j <= right.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    cost[i, j] = i + j;
                    continue;
                }

                int replace = cost[i - 1, j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                int best = Math.Min(replace, Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1);
                bool isSwap = i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
                cost[i, j] = isSwap ? Math.Min(best, cost[i - 2, j - 2] + 1) : best;
            }
        }

        return cost[left.Length, right.Length];
    }
}
