using Ddmq.Core.Messages;
using Ddmq.Storage.RocksDb.Engine;
using Microsoft.Extensions.Logging;

namespace Ddmq.Storage.RocksDb.Committing;

/// <summary>
/// Whether the store takes messages, and the way back when it does not.
/// <code>
///            room below MinFreeBytes                   room again
/// healthy ──────────────────────────► low on space ───────────────► healthy
///    │
///    └── a write failed ──► broken ──(room for the logs; database closed and reopened)──► healthy
/// </code>
/// After a failed write RocksDB 7.8 takes no more writes, and its C API cannot resume; so the database is closed and opened
/// again, in this process. It stays open for reading until there is room to do so. Attempts are spaced by a back-off.
/// Commit thread only, except the properties.
/// </summary>
internal sealed partial class StoreHealth : IDisposable
{
    private const long ReopenMargin = 1024 * 1024;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly RocksDbStoreOptions _options;
    private readonly StoreAccess _access;
    private readonly DiskSpace _space;
    private readonly ITimer _timer;
    private readonly ILogger _logger;
    private volatile string? _trouble;
    private volatile bool _isBroken;
    private bool _isDiskFull;
    private TimeSpan _pause;

    /// <param name="options">The store's.</param>
    /// <param name="access">Through which the database is reopened.</param>
    /// <param name="space">The disk's room.</param>
    /// <param name="timeProvider">Spaces the attempts.</param>
    /// <param name="wake">Makes the commit thread call <see cref="TryRecover"/>; called on any thread.</param>
    /// <param name="logger">Told of every change of state, not of every message.</param>
    public StoreHealth(
        RocksDbStoreOptions options, StoreAccess access, DiskSpace space, TimeProvider timeProvider, Action wake, ILogger logger)
    {
        _options = options;
        _access = access;
        _space = space;
        _logger = logger;
        _timer = timeProvider.CreateTimer(_ => wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Null when healthy; otherwise what is wrong and what helps.</summary>
    public string? Trouble => _trouble;

    /// <summary>The database takes no writes until it has been reopened. Being low on space is no reason not to delete.</summary>
    public bool IsBroken => _isBroken;

    /// <summary>The answer to messages while there is <see cref="Trouble"/>.</summary>
    public SendResult Refusal => SendResult.Refused(SendStatus.Unknown, _trouble);

    /// <summary>Looks at the disk's room before that much is written; false when there is too little, or other trouble.</summary>
    public bool CanWrite(long bytes)
    {
        if (_trouble is null && _space.IsLow(bytes))
        {
            Enter(
                $"The disk of the store {_options.Path} has less than {_options.MinFreeBytes} bytes left " +
                $"({nameof(_options.MinFreeBytes)}): no messages are taken until there is room. Make room; the store goes on by itself.");
        }

        return _trouble is null;
    }

    /// <summary>A write failed with that status of RocksDB.</summary>
    public void WriteFailed(string status)
    {
        _isBroken = true;
        _isDiskFull = RocksDbErrors.Classify(status) == RocksDbErrorKind.DiskFull;
        Enter(RocksDbErrors.WriteFailed(_options.Path, status));
        Log.WriteFailed(_logger, status);
    }

    /// <summary>Tries to get out of trouble; when that fails, another try is scheduled.</summary>
    /// <returns>True when the database was reopened.</returns>
    public bool TryRecover()
    {
        if (_trouble is null)
        {
            return false;
        }

        bool reopen = _isBroken;
        if (reopen ? TryReopen() : _space.HasRoom(ReopenMargin))
        {
            _isBroken = false;
            _trouble = null;
            Log.Recovered(_logger, _options.Path);
            return reopen;
        }

        Schedule();
        return false;
    }

    public void Dispose() => _timer.Dispose();

    private bool TryReopen()
    {
        // Opening writes what the logs hold into tables and so needs that much again. Until there is room, the open
        // database is better than none: it can still be read.
        if (_isDiskFull && !_space.HasRoom(_space.LogBytes() + ReopenMargin))
        {
            return false;
        }

        try
        {
            _access.Reopen(() => OpenStore.Open(_options));
            return true;
        }
        catch (Exception exception)
        {
            // Whatever it was, the commit thread must live on to try again.
            if (_trouble != exception.Message)
            {
                _trouble = exception.Message;
                Log.ReopenFailed(_logger, exception.Message);
            }

            return false;
        }
    }

    private void Enter(string trouble)
    {
        _trouble = trouble;
        _pause = FirstPause;
        Log.Trouble(_logger, trouble);
        Schedule();
    }

    private void Schedule()
    {
        _timer.Change(_pause, Timeout.InfiniteTimeSpan);
        _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
    }

    private static partial class Log
    {
        [LoggerMessage(5001, LogLevel.Error, "{Trouble}")]
        public static partial void Trouble(ILogger logger, string trouble);

        [LoggerMessage(5002, LogLevel.Error, "Write to the embedded store failed: {RocksDbStatus}")]
        public static partial void WriteFailed(ILogger logger, string rocksDbStatus);

        [LoggerMessage(5003, LogLevel.Error, "Reopening the embedded store failed, trying again: {Reason}")]
        public static partial void ReopenFailed(ILogger logger, string reason);

        [LoggerMessage(5004, LogLevel.Warning, "The store {Path} takes messages again.")]
        public static partial void Recovered(ILogger logger, string path);
    }
}
