namespace Ddmq.Config.Loading;

/// <summary>
/// Applies <c>DDMQ_</c> variables on top of the file. An empty variable counts as not set, because that is what
/// container tools make of a variable without a value.
/// </summary>
internal static class EnvironmentOverrides
{
    /// <summary>Variables that steer the process or its scripts and are not settings.</summary>
    private static readonly string[] ProcessVariables =
    [
        "DDMQ_HOME", "DDMQ_READY_FILE", "DDMQ_START_TIMEOUT", "DDMQ_STOP_TIMEOUT", "DDMQ_PROXY", "DDMQ_ADMIN",
    ];

    /// <summary>Sets what the variables say.</summary>
    /// <returns>Warnings about variables that look like settings and are none.</returns>
    public static IReadOnlyList<string> Apply(CarreraOptions options, IReadOnlyDictionary<string, string?> environment, BindingReport report)
    {
        var known = new HashSet<string>(ProcessVariables, StringComparer.Ordinal);
        foreach ((string path, OptionProperty option, string variable) in OptionSchema.Scalars())
        {
            known.Add(variable);
            foreach (string? name in new[] { option.EnvironmentAlias, variable })
            {
                if (name is not null && environment.GetValueOrDefault(name) is { Length: > 0 } text)
                {
                    Set(options, path, option, name, text, report);
                }
            }
        }

        return
        [
            .. environment.Keys
                .Where(name => name.StartsWith("DDMQ_", StringComparison.Ordinal) && !name.StartsWith("DDMQ_TEST_", StringComparison.Ordinal))
                .Where(name => !known.Contains(name))
                .Order(StringComparer.Ordinal)
                .Select(name => Unknown(name, known)),
        ];
    }

    private static void Set(CarreraOptions options, string path, OptionProperty option, string variable, string text, BindingReport report)
    {
        object section = options;
        foreach (string key in path.Split('.')[..^1])
        {
            section = OptionSchema.Find(section.GetType(), key)!.Property.GetValue(section)!;
        }

        string? error = OptionBinder.TrySet(section, option, text);
        if (error is null)
        {
            report.CameFrom(path, variable);
        }
        else
        {
            report.AddVariable(variable, error);
        }
    }

    private static string Unknown(string name, IEnumerable<string> known)
    {
        string? nearest = Nearest.To(name, known);
        return $"environment variable {name} is not a setting and is ignored" + (nearest is null ? "" : $"; did you mean {nearest}?");
    }
}
