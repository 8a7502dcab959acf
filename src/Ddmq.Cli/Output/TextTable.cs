using Spectre.Console;

namespace Ddmq.Cli.Output;

/// <summary>Rows under headings: with lines around them on a terminal, aligned by blanks elsewhere. Not thread-safe.</summary>
/// <param name="headings">The first row. A heading that begins with <c>&gt;</c> (not shown) aligns its column to the right.</param>
internal sealed class TextTable(params string[] headings)
{
    private const string RightMark = ">";
    private readonly List<string[]> _rows = [];

    /// <summary>Appends a row of as many cells as there are headings; cells must be fit for a terminal.</summary>
    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>Writes the table.</summary>
    public void WriteTo(CliContext context)
    {
        if (context.IsTerminal)
        {
            WriteFramed(context);
        }
        else
        {
            WritePlain(context.Out);
        }
    }

    private void WriteFramed(CliContext context)
    {
        var table = new Table().RoundedBorder();
        foreach (string heading in headings)
        {
            var column = new TableColumn(new Text(Name(heading))).NoWrap();
            table.AddColumn(IsRight(heading) ? column.RightAligned() : column);
        }

        _rows.ForEach(row => table.AddRow(row.Select(cell => new Text(cell))));
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(context.Out) }).Write(table);
    }

    private void WritePlain(TextWriter output)
    {
        string[][] all = [[.. headings.Select(heading => Name(heading).ToUpperInvariant())], .. _rows];
        int[] widths = [.. headings.Select((_, column) => all.Max(row => row[column].Length))];
        foreach (string[] row in all)
        {
            IEnumerable<string> cells = row.Select((cell, column) =>
                IsRight(headings[column]) ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
            output.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }

    private static bool IsRight(string heading) => heading.StartsWith(RightMark, StringComparison.Ordinal);

    private static string Name(string heading) => IsRight(heading) ? heading[RightMark.Length..] : heading;
}
