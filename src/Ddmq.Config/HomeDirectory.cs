namespace Ddmq.Config;

/// <summary>Finds the folder below which data, logs and configuration lie.</summary>
internal static class HomeDirectory
{
    // <package>/.builds/<time>/ddmq-proxy, or <package>/lib/ddmq-proxy where links were resolved by a copy.
    private const int LevelsToThePackage = 2;

    /// <summary>The variable that names the folder.</summary>
    public const string Variable = "DDMQ_HOME";

    /// <summary>The one that is named; else the packaged folder the program lies in; else the current directory. An absolute path.</summary>
    /// <param name="named">What <see cref="Variable"/> says; null or empty for nothing.</param>
    public static string Find(string? named)
    {
        if (named is { Length: > 0 })
        {
            return Path.GetFullPath(named);
        }

        var folder = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        for (int level = 0; level < LevelsToThePackage && folder.Parent is { } parent; level++)
        {
            folder = parent;
            if (File.Exists(Path.Combine(folder.FullName, "control.sh")) && Directory.Exists(Path.Combine(folder.FullName, "config")))
            {
                return folder.FullName;
            }
        }

        return Directory.GetCurrentDirectory();
    }
}
