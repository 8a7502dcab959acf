using System.Globalization;
using Ddmq.Config;

namespace Ddmq.Cli.Doctor.Checks;

/// <summary>Whether the limit of open files allows the connections that are configured.</summary>
internal static class OpenFilesCheck
{
    private const string Name = "open files";
    private const string Label = "Max open files";

    /// <summary>Looks at the running proxy's limit; without one at this user's.</summary>
    /// <param name="options">The configuration.</param>
    /// <param name="pid">The proxy; null when it does not run.</param>
    public static IReadOnlyList<CheckResult> Run(CarreraOptions options, int? pid)
    {
        try
        {
            return [Run(options.Ddmq.Thrift.MaxConnections, File.ReadLines($"/proc/{pid?.ToString(CultureInfo.InvariantCulture) ?? "self"}/limits"), pid)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [CheckResult.Warn(Name, $"the limit of pid {pid} cannot be read: {exception.Message}", "run ddmq doctor as the user that runs the proxy")];
        }
    }

    internal static CheckResult Run(int maxConnections, IEnumerable<string> limits, int? pid)
    {
        string[] fields = limits.FirstOrDefault(line => line.StartsWith(Label, StringComparison.Ordinal))?[Label.Length..]
            .Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];

        // A .NET process raises its soft limit to the hard one at its start.
        string? text = fields.ElementAtOrDefault(pid is null ? 1 : 0);
        string whose = pid is null ? "this user" : $"the proxy (pid {pid})";
        int needed = maxConnections + ThriftOptions.ReservedDescriptors;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long limit))
        {
            return CheckResult.Ok(Name, text == "unlimited" ? $"{whose}: no limit" : $"{whose}: not told by the system");
        }

        return limit >= needed
            ? CheckResult.Ok(Name, $"{whose} may open {limit}; ddmq.thrift.maxConnections {maxConnections} needs {needed}")
            : CheckResult.Warn(
                Name,
                $"{whose} may open {limit}; ddmq.thrift.maxConnections {maxConnections} needs {needed}, so fewer are taken",
                $"ulimit -Hn {needed} before the start (systemd: LimitNOFILE={needed}), or a smaller ddmq.thrift.maxConnections");
    }
}
