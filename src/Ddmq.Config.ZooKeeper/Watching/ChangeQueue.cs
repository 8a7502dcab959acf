using System.Threading.Channels;

namespace Ddmq.Config.ZooKeeper.Watching;

/// <summary>The paths that have to be read, collected by events and taken in one go. Thread-safe; one reader.</summary>
internal sealed class ChangeQueue(TimeProvider timeProvider)
{
    private readonly Lock _gate = new();
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private HashSet<string> _paths = [];
    private bool _all;
    private long _marks;
    private long _firstMark;

    /// <summary>Whether there is nothing to read.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return !_all && _paths.Count == 0;
            }
        }
    }

    /// <summary>This node has changed.</summary>
    public void Mark(string path) => Mark([path], all: false);

    /// <summary>These could not be read yet.</summary>
    public void Mark(IEnumerable<string> paths) => Mark(paths, all: false);

    /// <summary>Any node may have changed.</summary>
    public void MarkAll() => Mark([], all: true);

    /// <summary>Ends <see cref="WaitAsync"/> though nothing has changed.</summary>
    public void Wake() => _signal.Writer.TryWrite(true);

    /// <summary>Waits for a mark or a wake since the last wait.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken) => await _signal.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Waits until no mark has come for <paramref name="quiet"/>, but no longer than until <paramref name="limit"/> after the first one.</summary>
    public async Task SettleAsync(TimeSpan quiet, TimeSpan limit, CancellationToken cancellationToken)
    {
        while (true)
        {
            long marks;
            TimeSpan left;
            lock (_gate)
            {
                marks = _marks;
                left = limit - timeProvider.GetElapsedTime(_firstMark);
            }

            if (left <= TimeSpan.Zero)
            {
                return;
            }

            await Task.Delay(quiet < left ? quiet : left, timeProvider, cancellationToken).ConfigureAwait(false);
            lock (_gate)
            {
                if (_marks == marks)
                {
                    return;
                }
            }
        }
    }

    /// <summary>Takes what is marked; null stands for all nodes.</summary>
    public HashSet<string>? Take()
    {
        lock (_gate)
        {
            HashSet<string>? taken = _all ? null : _paths;
            _paths = [];
            _all = false;
            return taken;
        }
    }

    private void Mark(IEnumerable<string> paths, bool all)
    {
        lock (_gate)
        {
            if (!_all && _paths.Count == 0)
            {
                _firstMark = timeProvider.GetTimestamp();
            }

            _paths.UnionWith(paths);
            _all |= all;
            _marks++;
        }

        Wake();
    }
}
