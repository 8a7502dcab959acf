using System.Globalization;

namespace Ddmq.Cli.Doctor;

/// <summary>Which process listens on a TCP port, as <c>ss -ltnp</c> tells it: from /proc, as far as this user may look.</summary>
internal static class SocketOwner
{
    private const string Listening = "0A";
    private const int LocalAddress = 1;
    private const int State = 3;
    private const int Inode = 9;

    /// <summary>The process; null when nobody listens or this user may not know.</summary>
    public static int? FindListener(int port)
    {
        HashSet<string> sockets = [.. new[] { "/proc/net/tcp", "/proc/net/tcp6" }.SelectMany(table => Inodes(table, port)).Select(inode => $"socket:[{inode}]")];
        return sockets.Count == 0 ? null : Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) ? pid : 0)
            .Where(pid => pid > 0 && Holds(pid, sockets))
            .Select(pid => (int?)pid)
            .FirstOrDefault();
    }

    /// <summary>The name of a process's program; null when it is gone.</summary>
    public static string? NameOf(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/comm").Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The inodes of listening sockets on a port, from lines as proc(5) describes them.</summary>
    internal static IEnumerable<string> Inodes(IEnumerable<string> lines, int port)
    {
        string suffix = $":{port:X4}";
        return lines.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length > Inode && fields[State] == Listening && fields[LocalAddress].EndsWith(suffix, StringComparison.Ordinal))
            .Select(fields => fields[Inode]);
    }

    private static string[] Inodes(string table, int port)
    {
        try
        {
            return [.. Inodes(File.ReadLines(table), port)];
        }
        catch (IOException)
        {
            return []; // no IPv6
        }
    }

    private static bool Holds(int pid, HashSet<string> sockets)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd").Any(link => new FileInfo(link).LinkTarget is { } target && sockets.Contains(target));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
