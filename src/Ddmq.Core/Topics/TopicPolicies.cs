namespace Ddmq.Core.Topics;

/// <summary>
/// The policies that the proxy's own file has for topics, by name, and under <see cref="Others"/> for those it does not name. They fill in
/// what a topic's own configuration leaves at its default. Immutable.
/// </summary>
/// <param name="byName">The policies.</param>
public sealed class TopicPolicies(IReadOnlyDictionary<string, TopicPolicy> byName)
{
    /// <summary>Stands for every topic that is not named.</summary>
    public const string Others = "*";

    /// <summary>No policies.</summary>
    public static TopicPolicies None { get; } = new(new Dictionary<string, TopicPolicy>());

    /// <summary>Every policy.</summary>
    public IEnumerable<TopicPolicy> All => byName.Values;

    /// <summary>The policy in force for a topic.</summary>
    public TopicPolicy Of(TopicConfig topic) => topic.Policy.Or(
        byName.GetValueOrDefault(topic.Topic, TopicPolicy.None).Or(byName.GetValueOrDefault(Others, TopicPolicy.None)));
}
