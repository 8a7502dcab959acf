namespace Ddmq.Storage.RocketMq;

/// <summary>
/// When small messages are sent together. A batch never waits for a clock: it holds what has gathered while the request before it was under
/// way, or in one burst of the front door. Immutable.
/// </summary>
public sealed record AutoBatchSettings
{
    /// <summary>Whether messages of topics that allow it are batched. Batch calls' messages are batched in any case. Default false.</summary>
    public bool Enabled { get; init; }

    /// <summary>Most messages in a batch. 1 to 1,024, default 32.</summary>
    public int MaxMessages { get; init; } = 32;

    /// <summary>Most bytes of bodies in a batch; one message alone may have more. 1 to 1 MiB, default 4,096.</summary>
    public int MaxBytes { get; init; } = 4096;

    /// <summary>Bodies below this size, in bytes, are batched. 0 to 1 MiB, default 1,024.</summary>
    public int ThresholdBytes { get; init; } = 1024;

    /// <summary>Every value that is out of range, each in one line with what would be right.</summary>
    internal IEnumerable<string> Errors()
    {
        const int MiB = 1024 * 1024;
        return RocketMqStoreOptions.OutOfRange("AutoBatch." + nameof(MaxMessages), MaxMessages, 1, 1024)
            .Concat(RocketMqStoreOptions.OutOfRange("AutoBatch." + nameof(MaxBytes), MaxBytes, 1, MiB))
            .Concat(RocketMqStoreOptions.OutOfRange("AutoBatch." + nameof(ThresholdBytes), ThresholdBytes, 0, MiB));
    }
}
