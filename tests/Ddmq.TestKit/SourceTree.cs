namespace Ddmq.TestKit;

/// <summary>The repository the tests were built from.</summary>
public static class SourceTree
{
    /// <summary>Its top folder.</summary>
    public static string Root { get; } = Find();

    /// <summary>A file or folder of it, given relative to the top with <c>/</c>.</summary>
    public static string PathOf(string relative) => Path.Combine(Root, relative);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Ddmq.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No Ddmq.sln above {AppContext.BaseDirectory}; the tests read files of the repository.");
    }
}
