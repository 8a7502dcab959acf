namespace Ddmq.Cli.Top;

/// <summary>
/// Rows of a name and figures in a given width: figures have their widths, the name has what is left, and is cut with <c>~</c> where it does not fit.
/// </summary>
/// <param name="width">Of the whole row.</param>
/// <param name="widths">Of each figure.</param>
internal sealed class Columns(int width, params int[] widths)
{
    private const int ShortestName = 8;

    /// <summary>One row; text behind the last figure is cut at the width.</summary>
    public string Row(string name, params string[] figures)
    {
        int room = Math.Max(ShortestName, width - widths.Sum());
        string row = Fit(name, room).PadRight(room);
        for (int i = 0; i < figures.Length; i++)
        {
            row += " " + Fit(figures[i], widths[i] - 1).PadLeft(widths[i] - 1);
        }

        return row.Length <= width ? row.TrimEnd() : row[..width];
    }

    /// <summary>The text, cut to a length.</summary>
    public static string Fit(string text, int length) => text.Length <= length ? text : length < 1 ? "" : text[..(length - 1)] + "~";
}
