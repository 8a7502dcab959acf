namespace Ddmq.Config.Loading;

/// <summary>Collects what is found while a configuration is read: errors with their places, and where each value came from.</summary>
/// <param name="file">The file's name as the operator gave it.</param>
internal sealed class BindingReport(string file)
{
    private readonly List<(long Line, long Column, string Text)> _errors = [];
    private readonly Dictionary<string, (ConfigNode? Node, string? Variable)> _origins = new(StringComparer.Ordinal);

    public bool HasErrors => _errors.Count > 0;

    /// <summary>The errors in the order of the text, each once.</summary>
    public IReadOnlyList<string> Errors => [.. _errors.OrderBy(e => e.Line).ThenBy(e => e.Column).Select(e => e.Text).Distinct()];

    /// <summary>Remembers that the value at a path stands in the file.</summary>
    public void CameFrom(string path, ConfigNode node) => _origins[path] = (node, null);

    /// <summary>Remembers that the value at a path was set by an environment variable.</summary>
    public void CameFrom(string path, string variable) => _origins[path] = (null, variable);

    /// <summary>True when the operator wrote the value, rather than it being the default.</summary>
    public bool IsSet(string path) => _origins.ContainsKey(path);

    /// <summary>Records an error at a node.</summary>
    public void Add(ConfigNode node, string path, string problem) =>
        _errors.Add((node.Line, node.Column, $"{file}:{node.Line}:{node.Column}: {(path.Length == 0 ? "" : path + ": ")}{problem}"));

    /// <summary>Records an error about a value wherever it came from; for checks that run when everything is read.</summary>
    public void Add(string path, string problem)
    {
        (ConfigNode? node, string? variable) = _origins.GetValueOrDefault(path);
        if (node is not null)
        {
            Add(node, path, problem);
        }
        else
        {
            string place = variable is null ? file : $"environment variable {variable}";
            _errors.Add((long.MaxValue, 0, $"{place}: {path}: {problem}"));
        }
    }

    /// <summary>Records an error about an environment variable.</summary>
    public void AddVariable(string variable, string problem) =>
        _errors.Add((long.MaxValue, 0, $"environment variable {variable}: {problem}"));

    public void ThrowIfErrors()
    {
        if (HasErrors)
        {
            throw new ConfigurationException(Errors);
        }
    }

    /// <summary>Where the value at a path came from, for the log.</summary>
    public string Describe(string path) => _origins.TryGetValue(path, out (ConfigNode? Node, string? Variable) origin)
        ? origin.Variable ?? "file"
        : "default";
}
