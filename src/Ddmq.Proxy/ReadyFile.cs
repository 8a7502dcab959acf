using System.Text.Json;

namespace Ddmq.Proxy;

/// <summary>
/// Tells whoever started the process that it is ready and where it listens: one JSON object in the file that
/// <c>DDMQ_READY_FILE</c> names. Written under another name and renamed, so that a reader never sees half of it.
/// </summary>
internal static class ReadyFile
{
    private const string WaitingSuffix = ".waiting";

    /// <summary>Writes the file; does nothing when the variable is not set.</summary>
    /// <param name="thrift">The Thrift port's address, host:port.</param>
    /// <param name="admin">The admin port's address; null when it is disabled.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string thrift, string? admin)
    {
        if (Environment.GetEnvironmentVariable("DDMQ_READY_FILE") is not { Length: > 0 } path)
        {
            return;
        }

        string json = JsonSerializer.Serialize(new { pid = Environment.ProcessId, thrift, admin });
        WriteWhole(path, json);
        File.Delete(path + WaitingSuffix);
    }

    /// <summary>Says why the process is not ready yet: one line, in a file beside the ready file.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void WriteWaiting(string reason)
    {
        if (Environment.GetEnvironmentVariable("DDMQ_READY_FILE") is { Length: > 0 } path)
        {
            WriteWhole(path + WaitingSuffix, reason);
        }
    }

    private static void WriteWhole(string path, string line)
    {
        string fresh = $"{path}.{Environment.ProcessId}";
        File.WriteAllText(fresh, line + "\n");
        File.Move(fresh, path, overwrite: true);
    }
}
