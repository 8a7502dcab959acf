namespace Ddmq.Cli.Doctor;

/// <summary>Which configuration file is meant when none is named: the one that <c>control.sh</c> would take.</summary>
internal static class ConfigurationFile
{
    private static readonly string Relative = Path.Combine("config", "carrera.yaml");

    /// <summary>
    /// The named file; else the one the running proxy was started with; else that of the home folder; in a source tree, where the package
    /// lies in <c>output/</c>, that of the tree.
    /// </summary>
    /// <param name="named">What the command line says; null for nothing.</param>
    /// <param name="home">The home folder.</param>
    /// <param name="isHomeNamed">Whether somebody chose that folder.</param>
    /// <param name="running">The proxy that runs there; null for none.</param>
    public static string Choose(string? named, string home, bool isHomeNamed, RunningProxy? running)
    {
        string own = Path.Combine(home, Relative);
        string tree = Path.GetFullPath(Path.Combine(home, ".."));
        return named is not null ? Path.GetFullPath(named)
            : running is not null ? running.ConfigurationFile
            : !isHomeNamed && File.Exists(Path.Combine(tree, "Ddmq.sln")) ? Path.Combine(tree, Relative)
            : own;
    }
}
