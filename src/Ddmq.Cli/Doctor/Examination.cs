using Ddmq.Config;

namespace Ddmq.Cli.Doctor;

/// <summary>What is examined. Immutable.</summary>
/// <param name="Options">The configuration as the proxy would read it.</param>
/// <param name="File">The file it came from.</param>
/// <param name="Home">The folder that relative paths of the configuration are relative to.</param>
/// <param name="Running">The proxy that was started in that folder; null when there is none.</param>
/// <param name="Admin">Where its admin API listens; null when the configuration switches it off.</param>
/// <param name="Thrift">Where its Thrift service is reached from here.</param>
internal sealed record Examination(
    CarreraOptions Options, string File, string Home, RunningProxy? Running, Uri? Admin, (string Host, int Port) Thrift)
{
    /// <summary>The processes that are this proxy: by its pid file, and by its own word.</summary>
    /// <param name="answer">What its admin API said.</param>
    public IEnumerable<int> ProcessIds(ProxyAnswer? answer) => new[] { Running?.ProcessId, answer?.ProcessId }.OfType<int>().Distinct();

    /// <summary>A folder of the configuration as an absolute path.</summary>
    public string Folder(string configured) => Path.GetFullPath(configured, Home);
}
