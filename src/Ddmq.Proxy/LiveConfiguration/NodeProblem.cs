namespace Ddmq.Proxy.LiveConfiguration;

/// <summary>A node that is not in force as ZooKeeper has it. Immutable.</summary>
/// <param name="Path">The node.</param>
/// <param name="Version">Its version in ZooKeeper; -1 when it is not there.</param>
/// <param name="Reason">What is wrong, and what is in force instead.</param>
/// <param name="IsExpectedToPass">Whether the next write will probably mend it: the console writes in steps.</param>
internal sealed record NodeProblem(string Path, int Version, string Reason, bool IsExpectedToPass = false)
{
    /// <summary>One line for an operator.</summary>
    public override string ToString() => Version < 0 ? $"{Path}: {Reason}" : $"{Path} version {Version}: {Reason}";
}
