using System.CommandLine;
using System.Globalization;
using Ddmq.Cli.Output;

namespace Ddmq.Cli;

/// <summary>The options every verb has.</summary>
internal sealed class GlobalOptions
{
    private const int DefaultPort = 9613;
    private readonly CliContext _context;
    private readonly Option<string?> _proxy;
    private readonly Option<string?> _admin;
    private readonly Option<bool> _json;

    /// <param name="context">Where the environment is read from.</param>
    public GlobalOptions(CliContext context)
    {
        _context = context;
        _proxy = new Option<string?>("--proxy")
        {
            Description = "Where the proxy's Thrift service listens; also DDMQ_PROXY [default: 127.0.0.1:9613]",
            HelpName = "HOST:PORT",
            Recursive = true,
        };
        _admin = new Option<string?>("--admin")
        {
            Description = "Where the proxy's admin API listens; also DDMQ_ADMIN [default: http://127.0.0.1:9614]",
            HelpName = "URL",
            Recursive = true,
        };
        _json = new Option<bool>("--json") { Description = "Print JSON, for a program to read", Recursive = true };
    }

    /// <summary>Puts the options on the root command.</summary>
    public void AddTo(RootCommand root)
    {
        root.Add(_proxy);
        root.Add(_admin);
        root.Add(_json);
    }

    /// <summary>Whether output is for a program.</summary>
    public bool Json(ParseResult result) => result.GetValue(_json);

    /// <summary>Where the Thrift service listens.</summary>
    public (string Host, int Port) Proxy(ParseResult result) => ProxyIfGiven(result) ?? ("127.0.0.1", DefaultPort);

    /// <summary>The same; null when nobody says.</summary>
    public (string Host, int Port)? ProxyIfGiven(ParseResult result) =>
        (result.GetValue(_proxy) ?? _context.Variable("DDMQ_PROXY")) is { } text ? ParseHostPort(text) : null;

    /// <summary>Where the admin API listens; ends with a slash.</summary>
    public Uri Admin(ParseResult result) => AdminIfGiven(result) ?? new Uri("http://127.0.0.1:9614/");

    /// <summary>The same; null when nobody says.</summary>
    public Uri? AdminIfGiven(ParseResult result) =>
        (result.GetValue(_admin) ?? _context.Variable("DDMQ_ADMIN")) is { } text ? ParseAdmin(text) : null;

    /// <summary>
    /// Whether the admin API can be taken to be that of the proxy: both are told, or neither is.
    /// </summary>
    public bool AdminBelongsToProxy(ParseResult result) =>
        (result.GetValue(_admin) ?? _context.Variable("DDMQ_ADMIN")) is not null
        || (result.GetValue(_proxy) ?? _context.Variable("DDMQ_PROXY")) is null;

    /// <summary>Takes <c>HOST</c>, <c>HOST:PORT</c> and <c>[IPV6]:PORT</c>.</summary>
    internal static (string Host, int Port) ParseHostPort(string text)
    {
        string host = text;
        string? port = null;
        int colon = text.LastIndexOf(':');
        if (text.StartsWith('['))
        {
            int bracket = text.IndexOf(']', StringComparison.Ordinal);
            host = bracket > 0 ? text[1..bracket] : "";
            port = bracket > 0 && text[(bracket + 1)..] is { Length: > 0 } rest ? rest.StartsWith(':') ? rest[1..] : "" : null;
        }
        else if (colon >= 0)
        {
            host = text[..colon];
            port = text[(colon + 1)..];
        }

        int number = DefaultPort;
        bool isPort = port is null
            || (int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number is > 0 and <= 65535);
        return host.Length > 0 && isPort
            ? (host, number)
            : throw CliException.Usage($"'{SafeText.Of(text)}' is no HOST:PORT of a proxy, for example 127.0.0.1:9613 or [::1]:9613");
    }

    private static Uri ParseAdmin(string text)
    {
        string url = text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text;
        return Uri.TryCreate(url.EndsWith('/') ? url : url + "/", UriKind.Absolute, out Uri? address)
            && address.Scheme is ("http" or "https")
            ? address
            : throw CliException.Usage($"'{SafeText.Of(text)}' is no URL of an admin API, for example http://127.0.0.1:9614");
    }
}
