using System.CommandLine;
using Ddmq.Config.ZooKeeper;

namespace Ddmq.Cli.Zk;

/// <summary>The options of every verb that writes to ZooKeeper.</summary>
internal sealed class ZkWriteOptions
{
    private const string OpenAcl = "open";
    private const string CreatorAcl = "creator";

    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Write without asking" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Show the difference and write nothing" };
    private readonly Option<string?> _acl = new("--acl")
    {
        Description = "Who may use nodes that are created: everybody, as with the console, or the given credentials only [default: open; creator with --digest]",
        HelpName = $"{OpenAcl}|{CreatorAcl}",
    };

    /// <summary>Puts the options on a verb.</summary>
    public void AddTo(Command command)
    {
        _acl.AcceptOnlyFromAmong(OpenAcl, CreatorAcl);
        command.Add(_yes);
        command.Add(_dryRun);
        command.Add(_acl);
    }

    /// <summary>Whether nobody is to be asked.</summary>
    public bool Yes(ParseResult result) => result.GetValue(_yes);

    /// <summary>Whether nothing is to be written.</summary>
    public bool DryRun(ParseResult result) => result.GetValue(_dryRun);

    /// <summary>Who may use nodes that are created.</summary>
    public NodeAcl Acl(ParseResult result, ZkTarget target)
    {
        string acl = result.GetValue(_acl) ?? (target.Digest is null ? OpenAcl : CreatorAcl);
        return acl == OpenAcl ? NodeAcl.Open
            : target.Digest is not null ? NodeAcl.Creator
            : throw CliException.Usage("--acl creator needs credentials: --digest user:password (DDMQ_ZOOKEEPER_DIGEST_AUTH)");
    }
}
