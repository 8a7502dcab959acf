using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;
using Ddmq.Config.ZooKeeper.Native;
using Ddmq.Core.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Ddmq.Config.ZooKeeper;

/// <summary>
/// One session with a ZooKeeper ensemble, over one handle of Apache's C client. Thread-safe. Calls are sent in the order they are made
/// and end in that order; every call ends exactly once, with a result and not with an exception, also when the session is disposed.
/// Paths are absolute below the address's chroot. A lost connection is found again by the client, with its watches; a session that is
/// <see cref="SessionState.Expired"/> or <see cref="SessionState.AuthFailed"/> is of no more use.
/// <para>A watch fires once, and calls <see cref="ZooKeeperSessionOptions.OnNode"/>.</para>
/// </summary>
public sealed partial class ZooKeeperSession : IAsyncDisposable
{
    /// <summary>Stands for any version where one is asked for.</summary>
    public const int AnyVersion = -1;

    private static readonly ConcurrentDictionary<nint, ZooKeeperSession> Sessions = new();
    private static long _lastId;

    private readonly ZooKeeperSessionOptions _options;
    private readonly nint _id = (nint)Interlocked.Increment(ref _lastId);

    // Held while a call is handed to the client, so that none is under way when the handle is closed. The client's own threads never take it.
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ZooKeeperHandle _handle = new();
    private Task? _disposal;
    private volatile SessionState _state = SessionState.Connecting;

    private ZooKeeperSession(ZooKeeperSessionOptions options) => _options = options;

    /// <summary>Where it stands now.</summary>
    public SessionState State => _state;

    /// <summary>The session timeout the server granted; before the first connection the one asked for.</summary>
    public TimeSpan GrantedTimeout
    {
        get
        {
            lock (_gate)
            {
                return _disposal is null ? TimeSpan.FromMilliseconds(ZooKeeperNative.ReceiveTimeout(_handle)) : _options.SessionTimeout;
            }
        }
    }

    /// <summary>Resolves the host names and begins to connect; does not wait for a connection.</summary>
    /// <exception cref="ZooKeeperException">The native library is missing or refuses, or no host name can be resolved.</exception>
    public static async Task<ZooKeeperSession> OpenAsync(ZooKeeperSessionOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.SessionTimeout, TimeSpan.FromMilliseconds(100));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.SessionTimeout, TimeSpan.FromMinutes(10));
        ZooKeeperLibrary.EnsureLoaded();
        string hosts = await AddressResolver.ResolveAsync(options.Address, options.Logger, cancellationToken).ConfigureAwait(false);
        var session = new ZooKeeperSession(options);
        session.Open(hosts);
        return session;
    }

    /// <summary>
    /// Waits until the session is no longer <see cref="SessionState.Connecting"/> for the first time, and returns its state then. There
    /// is no limit other than the token's.
    /// </summary>
    public async Task<SessionState> WaitForConnectionAsync(CancellationToken cancellationToken = default)
    {
        await _settled.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        return _state;
    }

    /// <summary>
    /// Ends the session; open calls end with <see cref="ZooKeeperError.Closing"/>, and no callback runs afterwards. Takes up to
    /// 5 seconds when the server is silent. Can be called again. Must not be awaited in a callback of the session.
    /// </summary>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            return new ValueTask(_disposal ??= Task.Run(Close, CancellationToken.None));
        }
    }

    /// <summary>The session with that number, unless it is closed.</summary>
    internal static ZooKeeperSession? Find(nint id) => Sessions.GetValueOrDefault(id);

    /// <summary>From the client's thread: the connection came, went, or the session is over.</summary>
    internal void OnState(int native)
    {
        SessionState state = native switch
        {
            ZooKeeperNative.StateConnected => SessionState.Connected,
            ZooKeeperNative.StateExpired => SessionState.Expired,
            ZooKeeperNative.StateAuthFailed => SessionState.AuthFailed,
            _ => SessionState.Connecting,
        };
        _state = state;
        if (state != SessionState.Connecting)
        {
            _settled.TrySetResult();
        }

        try
        {
            _options.OnState?.Invoke(state);
        }
        catch (Exception exception)
        {
            Log.CallbackThrew(_options.Logger, exception);
        }
    }

    /// <summary>From the client's thread: a watch fired.</summary>
    internal void OnNode(NodeEventKind kind, string path)
    {
        try
        {
            _options.OnNode?.Invoke(kind, path);
        }
        catch (Exception exception)
        {
            // On a thread of the C client it would end the process.
            Log.CallbackThrew(_options.Logger, exception);
        }
    }

    private static async Task<ZooKeeperError> ErrorOf(Task<ZooKeeperResult<bool>> call) => (await call.ConfigureAwait(false)).Error;

    private unsafe void Open(string hosts)
    {
        NativeLog.Attach(_options.Logger);
        Sessions[_id] = this;

        // One watcher with one context for all: the client compares watchers pairwise when it tells them of a lost connection.
        _handle = ZooKeeperNative.Init(
            hosts, &NativeCallbacks.OnEvent, (int)_options.SessionTimeout.TotalMilliseconds, null, _id, ZooKeeperNative.NoEnvironmentLog,
            &NativeCallbacks.OnLog);
        if (_handle.IsInvalid)
        {
            string reason = Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
            Sessions.TryRemove(_id, out _);
            NativeLog.Detach(_options.Logger);
            throw new ZooKeeperException($"The ZooKeeper client cannot be started for '{_options.Address}': {reason}.");
        }

        // By default the client resolves its servers again for every packet it sends or gets, which asks the kernel for all network
        // interfaces each time.
        _ = ZooKeeperNative.SetResolutionDelay(_handle, -1);
    }

    private void Close()
    {
        // Joins the client's threads: from here on it reports nothing, and what it did not report is completed by us.
        _handle.Dispose();
        Sessions.TryRemove(_id, out _);
        _state = SessionState.Closed;
        _settled.TrySetResult();
        PendingCall.CompleteAll(this, ZooKeeperError.Closing);
        NativeLog.Detach(_options.Logger);
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Config + 103, LogLevel.Error, "A callback of a ZooKeeper session threw")]
        public static partial void CallbackThrew(ILogger logger, Exception exception);
    }
}
