using System.Text;
using Ddmq.Config.ZooKeeper;

namespace Ddmq.Cli.Zk;

/// <summary>
/// A session for one command. Whatever goes wrong comes out as a <see cref="CliException"/> that says what to do. Thread-safe.
/// </summary>
internal sealed class ZkConnection : IAsyncDisposable
{
    private const int MaxReadsInFlight = 256;
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    private readonly ZooKeeperSession _session;

    private ZkConnection(ZooKeeperSession session, ZooKeeperAddress address)
    {
        _session = session;
        Address = address;
    }

    /// <summary>The ensemble and the chroot that paths are relative to.</summary>
    public ZooKeeperAddress Address { get; }

    /// <summary>Connects, and authenticates when there are credentials.</summary>
    /// <param name="address">The ensemble and the chroot.</param>
    /// <param name="digest"><c>user:password</c>; null for none.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async Task<ZkConnection> OpenAsync(ZooKeeperAddress address, string? digest, CancellationToken cancellationToken)
    {
        ZooKeeperSession session;
        try
        {
            session = await ZooKeeperSession.OpenAsync(new ZooKeeperSessionOptions { Address = address }, cancellationToken).ConfigureAwait(false);
        }
        catch (ZooKeeperException exception)
        {
            throw new CliException(ExitCodes.Failed, exception.Message);
        }

        try
        {
            await ConnectAsync(session, address, digest, cancellationToken).ConfigureAwait(false);
            return new ZkConnection(session, address);
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A node; null when it is not there.</summary>
    public async Task<StoredNode?> ReadAsync(string path)
    {
        ZooKeeperResult<NodeData> read = await _session.GetAsync(path).ConfigureAwait(false);
        return read.IsOk ? new StoredNode(path, read.Value.Bytes, read.Value.Stat.Version)
            : read.Error == ZooKeeperError.NoNode ? null
            : throw Failure(read.Error, "read", path);
    }

    /// <summary>Many nodes, in the order of the paths; null for those that are not there.</summary>
    public async Task<IReadOnlyList<StoredNode?>> ReadAsync(IReadOnlyList<string> paths)
    {
        var nodes = new List<StoredNode?>(paths.Count);
        foreach (string[] some in paths.Chunk(MaxReadsInFlight))
        {
            nodes.AddRange(await Task.WhenAll(some.Select(ReadAsync)).ConfigureAwait(false));
        }

        return nodes;
    }

    /// <summary>The names of a node's children in alphabetical order; null when the node is not there.</summary>
    public async Task<IReadOnlyList<string>?> ChildrenAsync(string path)
    {
        ZooKeeperResult<IReadOnlyList<string>> read = await _session.GetChildrenAsync(path).ConfigureAwait(false);
        return read.IsOk ? [.. read.Value.Order(StringComparer.Ordinal)]
            : read.Error == ZooKeeperError.NoNode ? null
            : throw Failure(read.Error, "read", path);
    }

    /// <summary>Does all of it or nothing.</summary>
    public Task<MultiResult> WriteAsync(IReadOnlyList<NodeWrite> writes) => _session.MultiAsync(writes);

    /// <summary>What an error means for the one who typed the command.</summary>
    public CliException Failure(ZooKeeperError error, string what, string path) => error switch
    {
        ZooKeeperError.NoAuth or ZooKeeperError.AuthFailed => new CliException(
            ExitCodes.Failed,
            $"ZooKeeper does not allow to {what} {Address.Chroot}{path}; say who you are with --digest user:password (DDMQ_ZOOKEEPER_DIGEST_AUTH)"),
        _ when error.IsTransient() => new CliException(ExitCodes.Unreachable, $"ZooKeeper {Address} was lost while the command wanted to {what} {path} ({error})"),
        _ => new CliException(ExitCodes.Failed, $"ZooKeeper cannot {what} {Address.Chroot}{path}: {error}"),
    };

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private static async Task ConnectAsync(ZooKeeperSession session, ZooKeeperAddress address, string? digest, CancellationToken cancellationToken)
    {
        try
        {
            SessionState state = await session.WaitForConnectionAsync(cancellationToken).WaitAsync(ConnectTimeout, cancellationToken).ConfigureAwait(false);
            if (state != SessionState.Connected)
            {
                throw new CliException(ExitCodes.Unreachable, $"ZooKeeper {address} refuses the session ({state})");
            }
        }
        catch (TimeoutException)
        {
            throw new CliException(
                ExitCodes.Unreachable,
                $"ZooKeeper {address} does not answer within {ConnectTimeout.TotalSeconds} s; say where it is with --zookeeper HOST:PORT (DDMQ_ZOOKEEPER_ADDR)");
        }

        if (digest is not null && await session.AddAuthAsync("digest", Encoding.UTF8.GetBytes(digest)).ConfigureAwait(false) is var error and not ZooKeeperError.Ok)
        {
            throw new CliException(ExitCodes.Failed, $"ZooKeeper {address} does not take the credentials of --digest ({error})");
        }
    }
}
