using System.CommandLine;
using Ddmq.Cli.Output;
using Ddmq.Thrift.Protocol;

namespace Ddmq.Cli.Commands;

/// <summary>The option <c>--protocol</c> of the verbs that speak Thrift.</summary>
internal static class ProtocolOption
{
    public static Option<string> Create() => new("--protocol")
    {
        Description = "The encoding; the SDKs speak compact",
        HelpName = "compact|binary",
        DefaultValueFactory = _ => "compact",
    };

    public static ThriftProtocol Parse(string text) => text switch
    {
        "compact" => ThriftProtocol.Compact,
        "binary" => ThriftProtocol.Binary,
        _ => throw CliException.Usage($"--protocol '{SafeText.Of(text)}' is neither compact nor binary"),
    };
}
