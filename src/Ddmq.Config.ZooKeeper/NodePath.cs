namespace Ddmq.Config.ZooKeeper;

/// <summary>The rules of a node's path.</summary>
internal static class NodePath
{
    /// <summary>
    /// Whether it is the root or a slash and names with single slashes between them, none of them <c>.</c> or <c>..</c>, no control
    /// characters. The client itself looks at chroot and path together, so that it takes <c>a</c> below <c>/x</c> for <c>/xa</c>, and
    /// a path ends for it at a NUL.
    /// </summary>
    public static bool IsValid(string path) =>
        path == "/" || (path.StartsWith('/') && path[1..].Split('/').All(name => name is not ("" or "." or "..")) && !path.Any(char.IsControl));
}
