namespace Ddmq.Config;

/// <summary>A list of topics.</summary>
internal sealed class DefaultTopicInfoOptions
{
    /// <summary>The topics.</summary>
    public List<TopicOptions> Topics { get; set; } = [];
}
