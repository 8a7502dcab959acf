using System.Threading.Channels;
using Ddmq.Config.ZooKeeper.Caching;
using Ddmq.Config.ZooKeeper.Watching;
using Ddmq.Core.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Ddmq.Proxy.LiveConfiguration;

/// <summary>
/// Saves good nodes in the background, so that a slow disk delays no change. Of changes that follow each other closely the last one is
/// saved: all nodes are written each time, and a version that was in force for a moment is not worth it. Thread-safe.
/// </summary>
internal sealed partial class CacheWriter : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
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
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _saving.ConfigureAwait(false);
        _stopping.Dispose();
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

            await Task.Delay(Pause, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Config + 51, LogLevel.Error,
            "The configuration cannot be saved in {Folder} ({Reason}); it is in force, but a start without ZooKeeper would not have it")]
        public static partial void NotSaved(ILogger logger, string folder, string reason);
    }
}
