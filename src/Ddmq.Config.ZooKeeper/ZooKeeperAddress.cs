using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Ddmq.Config.ZooKeeper;

/// <summary>
/// Where an ensemble is and what of it is meant. Immutable; equal when the servers and the chroot are the same, in whatever order they
/// are written.
/// <code>
/// address = host { "," host } [ chroot ]
/// host    = ( name | IPv4 | "[" IPv6 "]" ) [ ":" port ]      port 2181 when left out
/// chroot  = "/" name { "/" name }                            paths are relative to it
/// </code>
/// </summary>
public sealed class ZooKeeperAddress : IEquatable<ZooKeeperAddress>
{
    /// <summary>The port of a server that is written without one.</summary>
    public const int DefaultPort = 2181;

    /// <summary>Below which the original keeps its configuration.</summary>
    public const string ConfigRoot = "/carrera/v4/config";

    private ZooKeeperAddress(IReadOnlyList<ZooKeeperHost> hosts, string chroot)
    {
        Hosts = hosts;
        Chroot = chroot;
        Text = string.Join(',', hosts.Select(host => host.ToString()).Order(StringComparer.Ordinal)) + chroot;
    }

    /// <summary>The servers, at least one, as written but without repetitions.</summary>
    public IReadOnlyList<ZooKeeperHost> Hosts { get; }

    /// <summary>Empty for none; otherwise it begins with a slash and does not end with one.</summary>
    public string Chroot { get; }

    /// <summary>The address in its one form: servers in alphabetical order, ports written out, no white space.</summary>
    public string Text { get; }

    /// <summary>
    /// The original's rule for its key <c>zookeeperAddr</c>: <see cref="ConfigRoot"/> is appended unless the text contains it already.
    /// </summary>
    public static string WithConfigRoot(string text)
    {
        string trimmed = text.Trim();
        return trimmed.Contains(ConfigRoot, StringComparison.Ordinal) ? trimmed : trimmed.TrimEnd('/') + ConfigRoot;
    }

    /// <summary>The address, or an exception that says what is wrong.</summary>
    /// <exception cref="ZooKeeperException">The text is not an address.</exception>
    public static ZooKeeperAddress Parse(string text) =>
        TryParse(text, out ZooKeeperAddress? address, out string? error) ? address : throw new ZooKeeperException(error);

    /// <summary>The address, or what is wrong with the text and what would be right.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ZooKeeperAddress? address, [NotNullWhen(false)] out string? error)
    {
        address = null;
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string chroot = (slash < 0 ? "" : text[slash..]).Trim();
        chroot = chroot == "/" ? "" : chroot;
        error = ChrootError(chroot);
        var hosts = new List<ZooKeeperHost>();
        foreach (string part in (slash < 0 ? text : text[..slash]).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (TryParseHost(part, out ZooKeeperHost host))
            {
                hosts.Add(host);
            }
            else
            {
                error ??= $"'{part}' is not a server; expected host:port, for example zk1.example.com:2181";
            }
        }

        if (hosts.Count == 0)
        {
            error ??= "it names no server; expected host:port,host:port/path";
        }

        error = error is null ? null : $"The ZooKeeper address '{text}' is not valid: {error}.";
        address = error is null ? new ZooKeeperAddress([.. hosts.Distinct()], chroot) : null;
        return address is not null;
    }

    /// <inheritdoc/>
    public bool Equals(ZooKeeperAddress? other) => other is not null && Text == other.Text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ZooKeeperAddress);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <summary><see cref="Text"/>.</summary>
    public override string ToString() => Text;

    // The client would refuse it without saying why.
    private static string? ChrootError(string chroot) => chroot.Length == 0 || NodePath.IsValid(chroot)
        ? null
        : $"'{chroot}' is not a path; its names are separated by single slashes, with none at the end";

    private static bool TryParseHost(string text, out ZooKeeperHost host)
    {
        host = default;
        int port = DefaultPort;
        int bracket = text.IndexOf(']', StringComparison.Ordinal);
        int colon = text.IndexOf(':', Math.Max(0, bracket));
        if (colon >= 0 && !(int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= 65535))
        {
            return false;
        }

        string name = (colon < 0 ? text : text[..colon]).ToLowerInvariant();
        if (name.StartsWith('[') && name.EndsWith(']'))
        {
            name = name[1..^1];
        }

        host = new ZooKeeperHost(name, port);
        return Uri.CheckHostName(name) != UriHostNameType.Unknown;
    }
}
