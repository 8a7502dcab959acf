using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Ddmq.Config.ZooKeeper.Native;
using Ddmq.Config.ZooKeeper.Watching;
using Ddmq.Core.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Ddmq.Config.ZooKeeper.Caching;

/// <summary>
/// The last good nodes of one proxy on disk, a file per version, for starting without ZooKeeper. Each ensemble (with its chroot) and
/// instance name has a folder of its own, and a file says whose it is. A version is either there whole or not at all, also after a power
/// failure. Thread-safe; two processes of the same name can share it for a while, as during a reload.
/// <code>
/// folder/ensemble-HASH/instance-NAME/000000000042.nodes
/// </code>
/// </summary>
public sealed partial class NodeCache
{
    private const string Extension = ".nodes";
    private const string TemporaryExtension = ".tmp";
    private static readonly TimeSpan TemporaryAge = TimeSpan.FromMinutes(10);

    private readonly ZooKeeperAddress _address;
    private readonly string _instanceName;
    private readonly int _versions;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly Lock _saving = new();

    /// <summary>Touches nothing yet.</summary>
    /// <param name="folder">Where the caches of this machine are.</param>
    /// <param name="address">The ensemble the nodes come from.</param>
    /// <param name="instanceName">The proxy they belong to.</param>
    /// <param name="versions">How many versions are kept; at least 1, by default 10.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    /// <param name="logger">Gets a warning for every damaged file.</param>
    public NodeCache(string folder, ZooKeeperAddress address, string instanceName, ILogger logger, int versions = 10, TimeProvider? timeProvider = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(versions, 1);
        _address = address;
        _instanceName = instanceName;
        _versions = versions;
        _timeProvider = timeProvider ?? TimeProvider.System;
        _logger = logger;
        string ensemble = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address.Text)).AsSpan(0, 8));

        // The prefixes keep a name such as ".." from meaning something else.
        Folder = Path.Combine(folder, $"ensemble-{ensemble}", $"instance-{Uri.EscapeDataString(instanceName)}");
    }

    /// <summary>Where this proxy's versions are.</summary>
    public string Folder { get; }

    /// <summary>
    /// Saves nodes that have proved good, unless they are the newest version already, and removes the versions that are too many.
    /// Returns the number of the version that holds them; it is on disk then.
    /// </summary>
    /// <exception cref="IOException">The disk refuses; what was saved before is still there.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is not ours.</exception>
    public long Save(NodeSnapshot snapshot)
    {
        lock (_saving)
        {
            Directory.CreateDirectory(Folder);
            byte[] content = NodeCacheFile.Write(_address, _instanceName, snapshot, _timeProvider.GetUtcNow());
            long newest = Versions().FirstOrDefault();
            if (newest > 0 && NodeCacheFile.IsSame(ReadBytes(newest), content))
            {
                return newest;
            }

            newest = WriteNew(content, newest + 1);
            RemoveOld();
            return newest;
        }
    }

    /// <summary>The newest version that can be read, or null. Damaged and foreign files are passed over with a warning.</summary>
    public CachedNodes? Load() => Versions().Select(Load).FirstOrDefault(nodes => nodes is not null);

    /// <summary>That version, or null when it is not there or cannot be read.</summary>
    public CachedNodes? Load(long version)
    {
        string file = FileOf(version);
        if (ReadBytes(version) is not { } bytes)
        {
            return null;
        }

        if (NodeCacheFile.TryRead(bytes, _address, _instanceName, out NodeSnapshot? snapshot, out string? reason))
        {
            return new CachedNodes(snapshot, version, file);
        }

        Log.Damaged(_logger, file, reason);
        return null;
    }

    /// <summary>The numbers of the versions there are, newest first, readable or not.</summary>
    public IReadOnlyList<long> Versions() => !Directory.Exists(Folder)
        ? []
        : [.. Directory.EnumerateFiles(Folder, $"*{Extension}").Select(VersionOf).Where(version => version > 0).OrderDescending()];

    private static long VersionOf(string file) =>
        long.TryParse(Path.GetFileNameWithoutExtension(file), NumberStyles.None, CultureInfo.InvariantCulture, out long version) ? version : 0;

    private string FileOf(long version) => Path.Combine(Folder, version.ToString("D12", CultureInfo.InvariantCulture) + Extension);

    private byte[]? ReadBytes(long version)
    {
        try
        {
            return File.ReadAllBytes(FileOf(version));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.Damaged(_logger, FileOf(version), exception.Message);
            return null;
        }
    }

    private long WriteNew(byte[] content, long version)
    {
        string temporary = Path.Combine(Folder, Guid.NewGuid().ToString("N") + TemporaryExtension);
        try
        {
            WriteDurably(temporary, content);

            // Another process of this name may have been quicker; its file is not overwritten.
            while (File.Exists(FileOf(version)))
            {
                version++;
            }

            File.Move(temporary, FileOf(version), overwrite: false);
            Libc.SyncDirectory(Folder);
            return version;
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static void WriteDurably(string file, byte[] content)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            // Nodes can hold what not everybody may read.
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var stream = new FileStream(file, options);
        stream.Write(content);
        stream.Flush(flushToDisk: true);
    }

    private void RemoveOld()
    {
        foreach (long version in Versions().Skip(_versions))
        {
            File.Delete(FileOf(version));
        }

        // Left by a crash; a younger one may belong to a process that is writing it.
        foreach (string file in Directory.EnumerateFiles(Folder, $"*{TemporaryExtension}"))
        {
            if (_timeProvider.GetUtcNow() - File.GetLastWriteTimeUtc(file) > TemporaryAge)
            {
                File.Delete(file);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Config + 130, LogLevel.Warning, "The saved configuration {File} is passed over: {Reason}")]
        public static partial void Damaged(ILogger logger, string file, string reason);
    }
}
