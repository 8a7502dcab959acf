namespace Ddmq.Proxy;

/// <summary>Finds the folder below which data, logs and configuration lie.</summary>
internal static class HomeDirectory
{
    // <package>/.builds/<time>/ddmq-proxy, or <package>/lib/ddmq-proxy where links were resolved by a copy.
    private const int LevelsToThePackage = 2;

    /// <summary>
    /// <c>DDMQ_HOME</c>; else the packaged folder the program lies in; else the current directory. An absolute path.
    /// </summary>
    public static string Find()
    {
        if (Environment.GetEnvironmentVariable("DDMQ_HOME") is { Length: > 0 } home)
        {
            return Path.GetFullPath(home);
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
