namespace Ddmq.Config.ZooKeeper;

/// <summary>A call with a value.</summary>
internal sealed class PendingCall<T>(ZooKeeperSession owner) : PendingCall(owner)
{
    // Asynchronously: what awaits it must not run on the C client's thread.
    private readonly TaskCompletionSource<ZooKeeperResult<T>> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Never fails.</summary>
    public Task<ZooKeeperResult<T>> Task => _source.Task;

    public void Complete(ZooKeeperError error, T? value) => _source.SetResult(new(error, value));

    public override void Complete(ZooKeeperError error) => Complete(error, default);
}
