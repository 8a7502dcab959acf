namespace Ddmq.Storage.RocketMq.Inspection;

/// <summary>What one name server said. Immutable.</summary>
/// <param name="Address">Where it is, <c>host:port</c>.</param>
/// <param name="Failure">Why it gave no answer that can be used; null when it did.</param>
/// <param name="Elapsed">How long the answer took, connecting included.</param>
/// <param name="Masters">Addresses of the masters it knows, by broker name.</param>
/// <param name="WithoutMaster">Brokers of which it knows slaves only.</param>
public sealed record NameServerInspection(
    string Address,
    string? Failure,
    TimeSpan Elapsed,
    IReadOnlyDictionary<string, string> Masters,
    IReadOnlyList<string> WithoutMaster);
