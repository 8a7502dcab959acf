using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;

namespace Ddmq.Cli.Bench;

/// <summary>Puts load on a proxy and measures how it takes it. Linux only: it runs on epoll.</summary>
internal static class LoadGenerator
{
    private const int ProgressMs = 1000;

    /// <summary>
    /// Runs the load to its end; blocks the calling thread. Cancelling ends the run early, and the report covers what
    /// was recorded until then.
    /// </summary>
    /// <param name="options">What load.</param>
    /// <param name="progress">Told about once a second, on the calling thread.</param>
    /// <param name="cancellationToken">Ends the run early.</param>
    /// <exception cref="SocketException">A connection cannot be opened.</exception>
    /// <exception cref="PlatformNotSupportedException">There is no epoll here.</exception>
    public static LoadReport Run(LoadOptions options, IProgress<LoadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("the load generator needs Linux (epoll)");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(options.Connections, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Pipeline, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1);
        RequestFrames frames = RequestFrames.Encode(options);
        LoadConnection[] connections = Connect(options);

        long begin = Stopwatch.GetTimestamp();
        long start = begin + (long)options.Warmup.TotalNanoseconds;
        var window = new LoadWindow(begin, start, start + (long)options.Duration.TotalNanoseconds);
        int threads = Math.Min(options.Threads, connections.Length);
        LoadWorker[] workers =
        [
            .. Enumerable.Range(0, threads).Select(number => new LoadWorker(
                options with { Threads = threads }, window, frames, [.. connections.Where((_, i) => i % threads == number)], number)),
        ];
        try
        {
            return Run(options, window, workers, progress, cancellationToken);
        }
        finally
        {
            foreach (LoadWorker worker in workers)
            {
                worker.Dispose();
            }
        }
    }

    private static LoadConnection[] Connect(LoadOptions options)
    {
        var connections = new List<LoadConnection>(options.Connections);
        try
        {
            while (connections.Count < options.Connections)
            {
                connections.Add(LoadConnection.Open(options.EndPoint, options.Pipeline));
            }

            return [.. connections];
        }
        catch
        {
            connections.ForEach(connection => connection.Dispose());
            throw;
        }
    }

    private static LoadReport Run(
        LoadOptions options, LoadWindow window, LoadWorker[] workers, IProgress<LoadProgress>? progress, CancellationToken cancellationToken)
    {
        var threads = new Task[workers.Length];
        for (int i = 0; i < workers.Length; i++)
        {
            // A thread each, not one of the pool's: it is busy until the end.
            threads[i] = Task.Factory.StartNew(workers[i].Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        Task ended = Task.WhenAll(threads);
        var reporter = new ProgressReporter(options, window, workers, progress);
        WaitUntil(() => window.Start, ended, window, reporter, cancellationToken);
        CpuSample before = CpuSample.Take(options, workers);
        WaitUntil(() => window.End, ended, window, reporter, cancellationToken);
        CpuSample after = CpuSample.Take(options, workers);
        window.CutShort(Stopwatch.GetTimestamp());
        try
        {
            ended.Wait(CancellationToken.None);
        }
        catch (AggregateException exception)
        {
            ExceptionDispatchInfo.Throw(exception.InnerException!);
        }

        reporter.ReportWhenDue();

        var tally = new LoadTally(window, options.RequestsPerSecond > 0);
        foreach (LoadWorker worker in workers)
        {
            tally.Add(worker.Tally);
        }

        long messages = Math.Max(1, (after.Completed - before.Completed) * options.MessagesPerRequest);
        return new LoadReport
        {
            Elapsed = TimeSpan.FromSeconds((double)(window.End - window.Start) / Stopwatch.Frequency),
            MessagesPerRequest = options.MessagesPerRequest,
            Requests = tally.RequestsInWindow,
            Latency = tally.Latency,
            Replies = tally.Replies,
            LostConnections = tally.LostConnections,
            FirstLoss = tally.FirstLoss,
            Unanswered = tally.Unanswered,
            Unsent = tally.Unsent,
            ClientCpuMicroseconds = (after.ClientSeconds - before.ClientSeconds) * 1e6 / messages,
            ProxyCpuMicroseconds = (after.ProxySeconds - before.ProxySeconds) * 1e6 / messages,
        };
    }

    private static void WaitUntil(
        Func<long> time, Task ended, LoadWindow window, ProgressReporter reporter, CancellationToken cancellationToken)
    {
        while (!ended.IsCompleted)
        {
            reporter.ReportWhenDue();
            long left = (time() - Stopwatch.GetTimestamp()) * 1000 / Stopwatch.Frequency;
            if (left <= 0)
            {
                return;
            }

            try
            {
                // Rounded up to the next full second of the run, so that progress comes at even times.
                ended.Wait((int)Math.Min(left + 1, reporter.MillisecondsToNext), cancellationToken);
            }
            catch (OperationCanceledException)
            {
                window.CutShort(Stopwatch.GetTimestamp());
                return;
            }
            catch (AggregateException)
            {
                return;
            }
        }
    }

    /// <summary>CPU used so far, with the count of requests it was used for.</summary>
    private readonly record struct CpuSample(double ClientSeconds, double? ProxySeconds, long Completed)
    {
        public static CpuSample Take(LoadOptions options, LoadWorker[] workers) => new(
            Environment.CpuUsage.TotalTime.TotalSeconds,
            options.ProxyCpuSeconds?.Invoke(),
            workers.Sum(worker => worker.Tally.Completed));
    }

    /// <summary>Makes a progress of the workers' counters, once a second.</summary>
    private sealed class ProgressReporter(LoadOptions options, LoadWindow window, LoadWorker[] workers, IProgress<LoadProgress>? progress)
    {
        private long _lastTime = window.Begin;
        private long _lastCompleted;

        public long MillisecondsToNext =>
            Math.Max(1, ProgressMs - ((Stopwatch.GetTimestamp() - _lastTime) * 1000 / Stopwatch.Frequency));

        public void ReportWhenDue()
        {
            long now = Stopwatch.GetTimestamp();
            double seconds = (double)(now - _lastTime) / Stopwatch.Frequency;
            if (seconds * 1000 < ProgressMs)
            {
                return;
            }

            long completed = workers.Sum(worker => worker.Tally.Completed);
            progress?.Report(new LoadProgress(
                TimeSpan.FromSeconds((double)(now - window.Begin) / Stopwatch.Frequency),
                now <= window.Start,
                (completed - _lastCompleted) * options.MessagesPerRequest / seconds,
                workers.Sum(worker => worker.Tally.InFlight),
                workers.Sum(worker => worker.Tally.Errors)));
            _lastTime = now;
            _lastCompleted = completed;
        }
    }
}
