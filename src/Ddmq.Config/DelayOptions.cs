namespace Ddmq.Config;

/// <summary>The original's <c>delay</c>.</summary>
internal sealed class DelayOptions
{
    /// <summary>Number of topics that carry delay messages to the delay service.</summary>
    [NoEffect("delay messages are not stored yet")]
    [Limits(0)]
    public int InnerTopicNum { get; set; }

    /// <summary>Topics whose names begin so belong to the delay service; empty for none.</summary>
    public string ChronosInnerTopicPrefix { get; set; } = "";
}
