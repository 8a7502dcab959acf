namespace Ddmq.Storage.RocksDb.Engine;

/// <summary>
/// Who may use the <see cref="OpenStore"/> when: any number of threads hold it open at once, and only when none does can the
/// commit thread close it or put another one in its place.
/// </summary>
internal sealed class StoreAccess(string path, OpenStore store) : IDisposable
{
    private readonly ReaderWriterLockSlim _lock = new();
    private OpenStore? _store = store;

    /// <summary>
    /// What is open, without holding it; null when closed for now. For the one thread that also calls <see cref="Reopen"/> and
    /// <see cref="Dispose"/>.
    /// </summary>
    public OpenStore? Owned => _store;

    /// <summary>Holds the store open until the result is disposed, on the same thread and soon.</summary>
    /// <exception cref="RocksDbStoreException">It is closed for now.</exception>
    public Lease Hold()
    {
        _lock.EnterReadLock();
        if (_store is { } open)
        {
            return new Lease(this, open);
        }

        _lock.ExitReadLock();
        throw new RocksDbStoreException(
            $"The store {path} is closed: it has been stopped, or it waits to be reopened after its disk failed or was full.");
    }

    /// <summary>
    /// Waits until nobody holds the store, closes it, and opens what <paramref name="open"/> gives. It stays closed when
    /// that throws.
    /// </summary>
    public void Reopen(Func<OpenStore> open)
    {
        Dispose();
        OpenStore opened = open();
        _lock.EnterWriteLock();
        _store = opened;
        _lock.ExitWriteLock();
    }

    /// <summary>
    /// Makes whoever rewrites files, which can take minutes, stop and let go of the store. For the same thread as
    /// <see cref="Owned"/>.
    /// </summary>
    public void StopCompacting() => _store?.Database.StopCompacting();

    /// <summary>Waits until nobody holds the store and closes it. Can be called again.</summary>
    public void Dispose()
    {
        StopCompacting();
        _lock.EnterWriteLock();
        try
        {
            _store?.Database.Dispose();
            _store = null;
        }
        finally
        {
            _lock.ExitWriteLock();
        }
    }

    /// <summary>The store, held open.</summary>
    internal readonly ref struct Lease(StoreAccess access, OpenStore store) : IDisposable
    {
        public OpenStore Store { get; } = store;

        public void Dispose() => access._lock.ExitReadLock();
    }
}
