using System.CommandLine;

namespace Ddmq.Cli.Zk;

/// <summary>The options <c>--rocketmq</c> and <c>--kafka</c>, of which one at most is given.</summary>
internal static class BrokerAddresses
{
    /// <summary>The kind and its addresses; no kind when neither option is given.</summary>
    /// <exception cref="CliException">Both are given, or no address.</exception>
    public static (BrokerKind? Kind, IReadOnlyList<string> Addresses) Read(ParseResult result, Option<string[]> rocketMq, Option<string[]> kafka)
    {
        bool isRocketMq = result.GetResult(rocketMq) is { Implicit: false };
        bool isKafka = result.GetResult(kafka) is { Implicit: false };
        if (isRocketMq && isKafka)
        {
            throw CliException.Usage("--rocketmq and --kafka exclude each other");
        }

        if (!isRocketMq && !isKafka)
        {
            return (null, []);
        }

        IReadOnlyList<string> addresses = Names.Split(result.GetValue(isRocketMq ? rocketMq : kafka));
        return addresses.Count > 0
            ? (isRocketMq ? BrokerKind.RocketMq : BrokerKind.Kafka, addresses)
            : throw CliException.Usage($"{(isRocketMq ? rocketMq : kafka).Name} needs addresses, HOST:PORT,HOST:PORT");
    }
}
