namespace Ddmq.Config;

/// <summary>The original's <c>autoBatch</c>, its spelling included.</summary>
internal sealed class AutoBatchOptions
{
    /// <summary>Largest batch in bytes; more than doBatchThresholdBytes.</summary>
    [Limits(1)]
    public int MaxBathBytes { get; set; } = 4096;

    /// <summary>Messages below this size, in bytes, are batched.</summary>
    [Limits(0)]
    public int DoBatchThresholdBytes { get; set; } = 1024;

    /// <summary>Most messages in a batch.</summary>
    [Limits(1)]
    public int MaxBatchMessagesNumber { get; set; } = 32;

    /// <summary>Threads that build batches.</summary>
    [NoEffect("batches are built where messages are handed over, and wait for no clock")]
    [Limits(1)]
    public int EncodeWorkerThreads { get; set; } = 4;

    /// <summary>Threads that build batches for one broker.</summary>
    [NoEffect("batches are built where messages are handed over, and wait for no clock")]
    [Limits(1)]
    public int MaxEncodeWorkerForEachBroker { get; set; } = 1;

    /// <summary>Milliseconds a batch waits for more messages.</summary>
    [NoEffect("batches are built where messages are handed over, and wait for no clock")]
    [Limits(0)]
    public int BatchWaitMills { get; set; } = 5;

    /// <summary>Milliseconds after which a thread lets others go first.</summary>
    [NoEffect("batches are built where messages are handed over, and wait for no clock")]
    [Limits(1)]
    public int MaxContinuouslyRunningMills { get; set; } = 50;
}
