namespace Ddmq.Config.Loading;

/// <summary>Finds what a mistyped name was probably meant to be.</summary>
internal static class Nearest
{
    /// <summary>The candidate with the fewest edits, when a third of the name or less would have to change; else null.</summary>
    public static string? To(string name, IEnumerable<string> candidates)
    {
        string wanted = OptionSchema.Normalize(name);
        int allowed = Math.Max(1, wanted.Length / 3);
        return candidates
            .Select(candidate => (Name: candidate, Distance: Distance(wanted, OptionSchema.Normalize(candidate))))
            .Where(item => item.Distance <= allowed)
            .OrderBy(item => item.Distance)
            .FirstOrDefault().Name;
    }

    /// <summary>
    /// The number of insertions, deletions, replacements and swaps of neighbours between two words (optimal string alignment).
    /// </summary>
    private static int Distance(string from, string to)
    {
        int[,] edits = new int[from.Length + 1, to.Length + 1];
        for (int i = 0; i <= from.Length; i++)
        {
            for (int j = 0; j <= to.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    edits[i, j] = i + j;
                    continue;
                }

                int replace = edits[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                edits[i, j] = Math.Min(replace, Math.Min(edits[i - 1, j], edits[i, j - 1]) + 1);
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                {
                    edits[i, j] = Math.Min(edits[i, j], edits[i - 2, j - 2] + 1);
                }
            }
        }

        return edits[from.Length, to.Length];
    }
}
