using System.Threading.Channels;
using Ddmq.Config.ZooKeeper.Caching;
using Ddmq.Config.ZooKeeper.Watching;
using Ddmq.Core.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Ddmq.Proxy.LiveConfiguration;

/// <summary>
/// Saves good nodes in the background, so that a slow disk delays no change. When changes come faster than they can be saved the last
/// one is saved. Thread-safe.
/// </summary>
internal sealed partial class CacheWriter : IAsyncDisposable
{
    private readonly NodeCache _cache;
    private readonly ILogger _logger;
    private readonly Channel<NodeSnapshot> _pending = Channel.CreateBounded<NodeSnapshot>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
    private readonly Task _saving;

    public CacheWriter(NodeCache cache, ILogger logger)
    {
        _cache = cache;
        _logger = logger;
        _saving = Task.Run(SaveAllAsync);
    }

    /// <summary>The newest nodes that can be read, or null.</summary>
    public CachedNodes? Load() => _cache.Load();

    /// <summary>Has these saved soon.</summary>
    public void Save(NodeSnapshot snapshot) => _pending.Writer.TryWrite(snapshot);

    /// <summary>Waits until the last ones are saved.</summary>
    public async ValueTask DisposeAsync()
    {
        _pending.Writer.TryComplete();
        await _saving.ConfigureAwait(false);
    }

    private async Task SaveAllAsync()
    {
        await foreach (NodeSnapshot snapshot in _pending.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                _cache.Save(snapshot);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Log.NotSaved(_logger, _cache.Folder, exception.Message);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Config + 51, LogLevel.Error,
            "The configuration cannot be saved in {Folder} ({Reason}); it is in force, but a start without ZooKeeper would not have it")]
        public static partial void NotSaved(ILogger logger, string folder, string reason);
    }
}
