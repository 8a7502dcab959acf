namespace Ddmq.Proxy;

/// <summary>Finds the folder below which data, logs and configuration lie.</summary>
internal static class HomeDirectory
{
    /// <summary>
    /// <c>DDMQ_HOME</c>; else the packaged folder when the program lies in its <c>lib</c>; else the current directory. An absolute path.
    /// </summary>
    public static string Find()
    {
        if (Environment.GetEnvironmentVariable("DDMQ_HOME") is { Length: > 0 } home)
        {
            return Path.GetFullPath(home);
        }

        var program = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        return program is { Name: "lib", Parent: { } package } && Directory.Exists(Path.Combine(package.FullName, "config"))
            ? package.FullName
            : Directory.GetCurrentDirectory();
    }
}
