namespace Ddmq.Config.Nodes;

/// <summary>What reading a node came to: a value that passed every check, or what is wrong with it. Immutable.</summary>
/// <param name="Value">The value; null when something is wrong.</param>
/// <param name="Errors">What is wrong, one line each, with the path and the place.</param>
internal sealed record NodeReading<T>(T? Value, IReadOnlyList<string> Errors)
    where T : class
{
    /// <summary>The errors in one line.</summary>
    public string Reason => string.Join("; ", Errors);
}
