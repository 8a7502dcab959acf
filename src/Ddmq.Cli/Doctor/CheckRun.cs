namespace Ddmq.Cli.Doctor;

/// <summary>Runs a check so that it ends in time and with a result, whatever happens in it.</summary>
internal static class CheckRun
{
    /// <summary>The check's results; one failure when it throws or takes longer than its limit.</summary>
    /// <param name="check">Its name.</param>
    /// <param name="limit">How long it may take. What it does then goes on unseen until the process ends.</param>
    /// <param name="runAsync">The check.</param>
    /// <param name="instead">What it gives beside its results when it does not end well.</param>
    /// <param name="cancellation">Ends everything.</param>
    public static async Task<(T Value, IReadOnlyList<CheckResult> Results)> WithinAsync<T>(
        string check, TimeSpan limit, T instead, Func<CancellationToken, Task<(T, IReadOnlyList<CheckResult>)>> runAsync, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            Task<(T, IReadOnlyList<CheckResult>)> run = Task.Run(() => runAsync(ending.Token), cancellation);
            return await run.WaitAsync(limit, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await ending.CancelAsync().ConfigureAwait(false);
            return (instead, [CheckResult.Fail(check, $"no answer within {limit.TotalSeconds} s", "look whether it is there and reachable from this machine")]);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            return (instead, [CheckResult.Fail(check, exception.Message, null)]);
        }
    }

    /// <summary>The same for a check that gives nothing but results.</summary>
    public static async Task<IReadOnlyList<CheckResult>> WithinAsync(
        string check, TimeSpan limit, Func<CancellationToken, Task<IReadOnlyList<CheckResult>>> runAsync, CancellationToken cancellation) =>
        (await WithinAsync(check, limit, 0, async token => (0, await runAsync(token).ConfigureAwait(false)), cancellation).ConfigureAwait(false)).Results;
}
