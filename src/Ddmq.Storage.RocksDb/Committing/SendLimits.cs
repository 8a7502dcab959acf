using Ddmq.Core.Messages;

namespace Ddmq.Storage.RocksDb.Committing;

/// <summary>What a message must keep to before it is queued. The texts are made once: refusing costs no allocation.</summary>
internal sealed class SendLimits(RocksDbStoreOptions options)
{
    /// <summary>The longest topic name there can be, in bytes.</summary>
    public const int LongestTopicName = 1024;

    // What an operation and its place in the queue take, roughly, so that empty messages count too.
    private const int CostPerMessage = 256;
    private const int CostPerProperty = 16;

    private readonly SendResult _nameRefused = SendResult.Refused(
        SendStatus.IllegalMessage, $"the topic's name must have 1 to {options.MaxTopicName} bytes");

    private readonly SendResult _bodyRefused = SendResult.Refused(
        SendStatus.IllegalMessage, $"the body is larger than the store's limit of {options.MaxMessageSize} bytes");

    /// <summary>The answer when the queue is full.</summary>
    public SendResult QueueFull { get; } = SendResult.Refused(
        SendStatus.RateLimited,
        $"the embedded store has {options.MaxQueuedBytes} bytes waiting for its disk ({nameof(options.MaxQueuedBytes)})");

    /// <summary>The answer to a message that would wait too long.</summary>
    public SendResult QueueTooLong { get; } = SendResult.Refused(
        SendStatus.RateLimited, "the embedded store has more waiting for its disk than it can write in this call's time, try again later");

    /// <summary>The answer once the store is stopping.</summary>
    public SendResult Stopping { get; } = SendResult.Refused(SendStatus.ShuttingDown);

    /// <summary>Checks a message; <paramref name="cost"/> is what it counts for in the queue.</summary>
    public bool Allows(SendRequest request, out int cost, out SendResult refusal)
    {
        cost = 0;
        if (BatchBuilder.TopicNameOf(request).Length is var length && (length == 0 || length > options.MaxTopicName))
        {
            refusal = _nameRefused;
            return false;
        }

        if (request.Body.Length > options.MaxMessageSize)
        {
            refusal = _bodyRefused;
            return false;
        }

        long bytes = CostPerMessage + (long)request.Body.Length + Length(request.Key) + Length(request.Tags);
        foreach (ref readonly MessageProperty property in request.Properties)
        {
            bytes += CostPerProperty + property.Name.Length + property.Value.Length;
        }

        cost = (int)Math.Min(bytes, int.MaxValue);
        refusal = default;
        return true;
    }

    private static int Length(ReadOnlyMemory<byte>? bytes) => bytes.GetValueOrDefault().Length;
}
