using Ddmq.Core.Diagnostics;
using Ddmq.Core.Storage;
using Ddmq.Core.Topics;
using Microsoft.Extensions.Logging;

namespace Ddmq.Proxy.LiveConfiguration;

/// <summary>
/// The broker clusters and their clients. A change is prepared first (new clients are built, which may fail and then changes nothing) and
/// then applied. An added cluster is there at once; a changed one keeps its old client until the new one has reached the brokers, or the
/// old one is in trouble itself; old clients finish what they were given before they go. <see cref="Get"/> is thread-safe, changes come
/// one at a time.
/// </summary>
internal sealed partial class ClusterSet : IAsyncDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(10);

    private readonly Func<ClusterSettings, IMessageStore> _createClient;
    private readonly TimeSpan _longestRequest;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Cluster> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Entry> _configured = new(StringComparer.Ordinal);
    private readonly HashSet<Task> _background = [];

    /// <param name="embedded">The embedded store's cluster; stays the caller's.</param>
    /// <param name="createClient">Makes a client without waiting for the network.</param>
    /// <param name="longestRequest">How long a request can last.</param>
    /// <param name="logger">Gets a line for every client that comes or goes.</param>
    public ClusterSet(Cluster embedded, Func<ClusterSettings, IMessageStore> createClient, TimeSpan longestRequest, ILogger<ClusterSet> logger)
    {
        _longestRequest = longestRequest;
        _createClient = createClient;
        _logger = logger;
        _byName.Add(embedded.Name, embedded);
        Embedded = embedded;
    }

    /// <summary>The embedded store's cluster.</summary>
    public Cluster Embedded { get; }

    /// <summary>Called after a client was replaced in the background; what was derived from the old one must be derived anew.</summary>
    public Action? ClientReplaced { get; set; }

    /// <summary>The configured clusters at this moment, by name.</summary>
    public IReadOnlyList<ClusterStatus> Status
    {
        get
        {
            lock (_lock)
            {
                return [.. _configured.Values.OrderBy(entry => entry.Settings.Name, StringComparer.Ordinal).Select(entry => entry.Status)];
            }
        }
    }

    /// <summary>The cluster of that name; one that is not configured has no client.</summary>
    public Cluster Get(string name)
    {
        lock (_lock)
        {
            if (!_byName.TryGetValue(name, out Cluster? cluster))
            {
                _byName.Add(name, cluster = new Cluster(name, null));
            }

            return cluster;
        }
    }

    /// <summary>Does something with every client, those too that wait to take their place. It must not block.</summary>
    public void ForEachClient(Action<IMessageStore> action)
    {
        lock (_lock)
        {
            foreach (Entry entry in _configured.Values)
            {
                foreach (IMessageStore? client in new[] { entry.Cluster.Store, entry.Pending })
                {
                    if (client is not null)
                    {
                        action(client);
                    }
                }
            }
        }
    }

    /// <summary>Builds the clients that these settings need and that are not there. Nothing is in force yet.</summary>
    /// <exception cref="SettingsException">A client refuses its settings.</exception>
    public PreparedClusters Prepare(IReadOnlyList<ClusterSettings> desired)
    {
        var clients = new Dictionary<string, IMessageStore>(StringComparer.Ordinal);
        foreach (ClusterSettings settings in desired.Where(settings => !IsConfiguredAs(settings)))
        {
            try
            {
                clients.Add(settings.Name, _createClient(settings));
            }
            catch (Exception exception)
            {
                foreach (IMessageStore client in clients.Values)
                {
                    Track(DisposeClientAsync(client));
                }

                throw new SettingsException($"cluster {settings.Name}: {exception.Message}", exception);
            }
        }

        return new PreparedClusters(desired, clients);
    }

    /// <summary>Puts prepared clusters in force; those that are not among them stay until <see cref="RemoveOthers"/>.</summary>
    /// <param name="prepared">From <see cref="Prepare"/>, since when nothing else was applied.</param>
    /// <param name="topics">The topics of each cluster, for warming up its client.</param>
    /// <returns>Completes when every added cluster has been reached, or could not be.</returns>
    public Task Apply(PreparedClusters prepared, ILookup<string, string> topics)
    {
        var added = new List<Task>();
        lock (_lock)
        {
            foreach (ClusterSettings settings in prepared.Desired)
            {
                IReadOnlyCollection<string> names = [.. topics[settings.Name]];
                if (!prepared.Clients.TryGetValue(settings.Name, out IMessageStore? client))
                {
                    WarmUpNewTopics(_configured[settings.Name], names);
                }
                else if (_configured.TryGetValue(settings.Name, out Entry? entry))
                {
                    entry.Topics = names;
                    entry.Settings = settings;
                    entry.DropPending(this);
                    entry.Pending = client;
                    Track(ReplaceWhenReachedAsync(entry, client));
                }
                else
                {
                    Cluster cluster = Get(settings.Name);
                    if (cluster.ReplaceStore(client) is { } removedShortlyBefore)
                    {
                        Track(DisposeClientAsync(removedShortlyBefore));
                    }

                    _configured.Add(settings.Name, new Entry(cluster, settings) { Topics = names });
                    Log.Added(_logger, settings.Kind, settings.Name);
                    added.Add(Track(client.WarmUpAsync(names, _stopping.Token).AsTask()));
                }
            }
        }

        return Task.WhenAll(added);
    }

    /// <summary>
    /// Removes the clusters that are not among the prepared ones, when the catalog no longer leads to them. A cluster that topics still
    /// name refuses their messages from now on; one that none names keeps its client for those requests that began before.
    /// </summary>
    public void RemoveOthers(PreparedClusters prepared, ILookup<string, string> topics)
    {
        lock (_lock)
        {
            foreach (string gone in _configured.Keys.Except(prepared.Desired.Select(settings => settings.Name), StringComparer.Ordinal).ToList())
            {
                Remove(_configured[gone], topics.Contains(gone) ? TimeSpan.Zero : _longestRequest);
            }
        }
    }

    /// <summary>Closes every client; each answers what it was given.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        Task[] background;
        lock (_lock)
        {
            foreach (Entry entry in _configured.Values.ToList())
            {
                Remove(entry, TimeSpan.Zero);
            }

            background = [.. _background];
        }

        await Task.WhenAll(background).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private bool IsConfiguredAs(ClusterSettings settings)
    {
        lock (_lock)
        {
            return _configured.TryGetValue(settings.Name, out Entry? entry) && entry.Settings.Fingerprint == settings.Fingerprint;
        }
    }

    private void Remove(Entry entry, TimeSpan after)
    {
        _configured.Remove(entry.Settings.Name);
        entry.DropPending(this);
        Track(RemoveClientAsync(entry.Cluster, after));
        Log.Removed(_logger, entry.Settings.Kind, entry.Settings.Name);
    }

    private async Task RemoveClientAsync(Cluster cluster, TimeSpan after)
    {
        IMessageStore? client = cluster.Store;
        if (after > TimeSpan.Zero)
        {
            await Task.Delay(after, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        // The cluster may be back by now, with another client.
        if (client is not null && cluster.TryRemoveStore(client))
        {
            await DisposeClientAsync(client).ConfigureAwait(false);
        }
    }

    private void WarmUpNewTopics(Entry entry, IReadOnlyCollection<string> topics)
    {
        var known = entry.Topics.ToHashSet(StringComparer.Ordinal);
        string[] fresh = [.. topics.Where(topic => !known.Contains(topic))];
        entry.Topics = topics;
        if (fresh.Length > 0 && entry.Cluster.Store is { } client)
        {
            Track(client.WarmUpAsync(fresh, _stopping.Token).AsTask());
        }
    }

    private async Task ReplaceWhenReachedAsync(Entry entry, IMessageStore client)
    {
        for (TimeSpan wait = FirstRetry; !await client.WarmUpAsync(entry.Topics, _stopping.Token).ConfigureAwait(false); wait = Longer(wait))
        {
            if (entry.Cluster.Store?.Trouble is not null)
            {
                break;
            }

            Log.NotReached(_logger, entry.Settings.Name, client.Trouble);
            await Task.Delay(wait, _stopping.Token).ConfigureAwait(false);
        }

        IMessageStore? old;
        lock (_lock)
        {
            if (!ReferenceEquals(entry.Pending, client))
            {
                return; // something newer took its place, and disposed it
            }

            entry.Pending = null;
            old = entry.Cluster.ReplaceStore(client);
        }

        Log.Replaced(_logger, entry.Settings.Kind, entry.Settings.Name);
        ClientReplaced?.Invoke();
        if (old is not null)
        {
            await DisposeClientAsync(old).ConfigureAwait(false);
        }
    }

    private static TimeSpan Longer(TimeSpan wait) => wait * 2 < LongestRetry ? wait * 2 : LongestRetry;

    private async Task DisposeClientAsync(IMessageStore client)
    {
        try
        {
            await client.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.DisposeThrew(_logger, exception);
        }
    }

    private Task Track(Task task)
    {
        lock (_lock)
        {
            _background.Add(task);
        }

        _ = task.ContinueWith(
            ended =>
            {
                lock (_lock)
                {
                    _background.Remove(ended);
                }

                if (ended.Exception?.GetBaseException() is { } exception)
                {
                    Log.DisposeThrew(_logger, exception);
                }
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return task;
    }

    /// <summary>A configured cluster. Under the set's lock.</summary>
    private sealed class Entry(Cluster cluster, ClusterSettings settings)
    {
        public Cluster Cluster { get; } = cluster;

        /// <summary>The settings of <see cref="Pending"/> where there is one, else of the client in place.</summary>
        public ClusterSettings Settings { get; set; } = settings;

        public IReadOnlyCollection<string> Topics { get; set; } = [];

        /// <summary>The client that waits to take the place.</summary>
        public IMessageStore? Pending { get; set; }

        public ClusterStatus Status => new(
            Settings.Name,
            Settings.Kind,
            Cluster.Store,
            Pending is null
                ? Cluster.Store?.Trouble
                : $"its new settings are not in force yet, the old ones are: {Pending.Trouble ?? "the new client is being warmed up"}");

        public void DropPending(ClusterSet owner)
        {
            if (Pending is { } client)
            {
                Pending = null;
                owner.Track(owner.DisposeClientAsync(client));
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Config + 40, LogLevel.Information, "{Kind} cluster {Cluster} added")]
        public static partial void Added(ILogger logger, ClusterKind kind, string cluster);

        [LoggerMessage(EventIds.Config + 41, LogLevel.Information, "{Kind} cluster {Cluster}: the client with the new settings is in place")]
        public static partial void Replaced(ILogger logger, ClusterKind kind, string cluster);

        [LoggerMessage(EventIds.Config + 42, LogLevel.Information, "{Kind} cluster {Cluster} removed; what it was given is still answered")]
        public static partial void Removed(ILogger logger, ClusterKind kind, string cluster);

        [LoggerMessage(EventIds.Config + 43, LogLevel.Warning,
            "Cluster {Cluster} cannot be reached with its new settings ({Trouble}); the old ones stay in force, and it is tried again")]
        public static partial void NotReached(ILogger logger, string cluster, string? trouble);

        [LoggerMessage(EventIds.Config + 44, LogLevel.Error, "A broker client failed in the background")]
        public static partial void DisposeThrew(ILogger logger, Exception exception);
    }
}
