using System.CommandLine;
using System.Text.Json;
using Ddmq.Cli.Admin;
using Ddmq.Cli.Output;
using Ddmq.Config;
using Ddmq.Config.ZooKeeper;

namespace Ddmq.Cli.Zk;

/// <summary>The options that every <c>ddmq zk</c> verb has: which ZooKeeper, and as whom.</summary>
internal sealed class ZkOptions
{
    private const string AddressVariable = "DDMQ_ZOOKEEPER_ADDR";
    private const string DigestVariable = "DDMQ_ZOOKEEPER_DIGEST_AUTH";

    private readonly GlobalOptions _global;
    private readonly CliContext _context;
    private readonly Option<string?> _zooKeeper = new("--zookeeper")
    {
        Description = $"Where ZooKeeper is; also {AddressVariable} [default: what the proxy behind --admin uses]",
        HelpName = "HOST:PORT[,..][/PATH]",
        Recursive = true,
    };

    private readonly Option<string?> _digest = new("--digest")
    {
        Description = $"Credentials for nodes that not everybody may use; rather {DigestVariable}, which no list of processes shows",
        HelpName = "USER:PASSWORD",
        Recursive = true,
    };

    private readonly Option<string?> _config = new("--config")
    {
        Description = "Take both from a proxy's configuration file",
        HelpName = "PATH",
        Recursive = true,
    };

    /// <param name="global">The options of all verbs.</param>
    /// <param name="context">Where the environment is read from.</param>
    public ZkOptions(GlobalOptions global, CliContext context)
    {
        _global = global;
        _context = context;
    }

    /// <summary>Puts the options on the verb group.</summary>
    public void AddTo(Command group)
    {
        group.Add(_zooKeeper);
        group.Add(_digest);
        group.Add(_config);
    }

    /// <summary>Which configuration is meant.</summary>
    /// <exception cref="CliException">Nobody says, or what is said is not an address.</exception>
    public async Task<ZkTarget> FindAsync(ParseResult result, CancellationToken cancellationToken)
    {
        CarreraOptions? file = result.GetValue(_config) is { } path ? Load(path) : null;
        string? digest = result.GetValue(_digest) ?? file?.Ddmq.Zookeeper.DigestAuth ?? _context.Variable(DigestVariable);
        string text = result.GetValue(_zooKeeper)
            ?? (file is { UsesZooKeeper: true } ? file.ZookeeperAddr : null)
            ?? _context.Variable(AddressVariable)
            ?? await AskProxyAsync(_global.Admin(result), cancellationToken).ConfigureAwait(false);
        return ZooKeeperAddress.TryParse(ZooKeeperAddress.WithConfigRoot(text), out ZooKeeperAddress? address, out string? error)
            ? new ZkTarget(address, string.IsNullOrEmpty(digest) ? null : digest, (file?.Ddmq.Store ?? new StoreOptions()).ClusterName)
            : throw CliException.Usage(SafeText.Of(error));
    }

    private CarreraOptions Load(string path)
    {
        // As the proxy would read it: these two of its variables stand above the file.
        Dictionary<string, string?> environment = new[] { AddressVariable, DigestVariable }.ToDictionary(name => name, _context.Variable);
        try
        {
            return CarreraOptionsLoader.Load(path, environment).Options;
        }
        catch (ConfigurationException exception)
        {
            throw CliException.Usage($"--config: {SafeText.Of(string.Join("; ", exception.Errors))}");
        }
    }

    private static async Task<string> AskProxyAsync(Uri admin, CancellationToken cancellationToken)
    {
        const string Help = $"say where it is with --zookeeper HOST:PORT ({AddressVariable}) or --config PATH";
        string because;
        try
        {
            using var client = new AdminClient(admin);
            using JsonDocument status = await client.GetJsonAsync("api/status", cancellationToken).ConfigureAwait(false);
            if (status.RootElement.TryGetProperty("configuration", out JsonElement configuration) && configuration.ValueKind == JsonValueKind.Object
                && configuration.TryGetProperty("zookeeper", out JsonElement address) && address.GetString() is { Length: > 0 } text)
            {
                return text;
            }

            because = $"the proxy at {admin} has none either";
        }
        catch (Exception exception) when (exception is CliException or InvalidOperationException)
        {
            because = $"no proxy at {admin} can be asked either";
        }

        throw CliException.Usage($"no ZooKeeper given, and {because}; {Help}");
    }
}
