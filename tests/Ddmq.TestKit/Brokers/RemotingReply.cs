using System.Globalization;

namespace Ddmq.TestKit.Brokers;

/// <summary>A RocketMQ server's answer to one request.</summary>
/// <param name="Code">0 for success.</param>
/// <param name="Remark">What the server says about it; null for nothing.</param>
/// <param name="Fields">The header's own fields.</param>
/// <param name="Body">What followed the header.</param>
public sealed record RemotingReply(int Code, string? Remark, IReadOnlyDictionary<string, string> Fields, byte[] Body)
{
    /// <summary>A field that is a number.</summary>
    public long Number(string field) => long.Parse(Fields[field], CultureInfo.InvariantCulture);

    /// <summary>This, when it is a success.</summary>
    /// <exception cref="InvalidOperationException">It is not.</exception>
    public RemotingReply Demand() =>
        Code == 0 ? this : throw new InvalidOperationException($"RocketMQ answers {Code}: {Remark}");
}
