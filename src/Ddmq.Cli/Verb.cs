using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Ddmq.Cli;

/// <summary>
/// A verb of the command, with examples at the end of its help.
/// To add a verb: a class in Commands/ that makes one, a line in <see cref="CommandLine"/>, a section in docs/cli.md.
/// </summary>
internal sealed class Verb : Command
{
    /// <param name="name">What is typed.</param>
    /// <param name="description">What it does, in a line.</param>
    /// <param name="examples">Whole command lines.</param>
    public Verb(string name, string description, params string[] examples)
        : base(name, description)
    {
        Examples = examples;
    }

    /// <summary>Whole command lines.</summary>
    public IReadOnlyList<string> Examples { get; }

    /// <summary>Lets help end with the verb's examples.</summary>
    public static void ShowExamplesInHelp(RootCommand root)
    {
        foreach (HelpOption help in root.Options.OfType<HelpOption>())
        {
            help.Action = new HelpWithExamples((HelpAction)help.Action!);
        }
    }

    private sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            HideShadowed(parseResult.CommandResult.Command);
            int exitCode = help.Invoke(parseResult);
            if (parseResult.CommandResult.Command is Verb verb)
            {
                TextWriter output = parseResult.InvocationConfiguration.Output;
                output.WriteLine(verb.Examples.Count == 1 ? "Example:" : "Examples:");
                foreach (string example in verb.Examples)
                {
                    output.WriteLine("  " + example);
                }
            }

            return exitCode;
        }

        /// <summary>An option of the verb's own stands in the place of one of the same name that all verbs have.</summary>
        private static void HideShadowed(Command command)
        {
            HashSet<string> own = [.. command.Options.Select(option => option.Name)];
            for (Command? parent = ParentOf(command); parent is not null; parent = ParentOf(parent))
            {
                foreach (Option option in parent.Options.Where(option => option is not HelpOption && own.Contains(option.Name)))
                {
                    option.Hidden = true;
                }
            }
        }

        private static Command? ParentOf(Command command) => command.Parents.OfType<Command>().FirstOrDefault();
    }
}
