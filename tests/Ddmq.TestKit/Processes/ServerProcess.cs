using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Ddmq.TestKit.Processes;

/// <summary>
/// A real server in a process of its own, which a test starts, disturbs and starts again. Its output is kept for error messages (the
/// first 20,000 characters). For one test (or fixture) at a time; not thread-safe.
/// </summary>
/// <param name="name">What it is, for error messages.</param>
/// <param name="describe">How to start it; asked at every start.</param>
/// <param name="servesAsync">Whether it serves; asked again and again after a start. Must come back within seconds, and not throw.</param>
/// <param name="readLogs">What it has written elsewhere, for the error message when it does not start; null for nothing.</param>
public sealed partial class ServerProcess(
    string name, Func<ProcessStartInfo> describe, Func<Task<bool>> servesAsync, Func<string>? readLogs = null) : IAsyncDisposable
{
    private const int OutputLimit = 20_000;
    private const int SigKill = 9;
    private const int SigTerm = 15;
    private const int SigCont = 18;
    private const int SigStop = 19;

    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan EndLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private readonly StringBuilder _output = new();
    private Process? _process;

    /// <summary>Whether it has been started and not ended through this object.</summary>
    public bool IsStarted => _process is not null;

    /// <summary>Its number while it runs; else null.</summary>
    public int? Id => _process?.Id;

    /// <summary>CPU it has used since it was started last, user and system; zero when it does not run.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            _process?.Refresh();
            return _process?.TotalProcessorTime ?? TimeSpan.Zero;
        }
    }

    /// <summary>What it has written so far to both its outputs, up to the limit.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Where <c>java</c> is on the PATH, or null.</summary>
    public static string? JavaPath() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, "java")).FirstOrDefault(File.Exists);

    /// <summary>Starts it, for the first time or after an end, and waits until it serves.</summary>
    /// <exception cref="InvalidOperationException">It runs already, it ended instead, or it did not serve within two minutes.</exception>
    public async Task StartAsync()
    {
        Launch();
        await WaitUntilServesAsync().ConfigureAwait(false);
    }

    /// <summary>Starts it and does not wait; see <see cref="WaitUntilServesAsync"/>.</summary>
    public void Launch()
    {
        if (_process is not null)
        {
            throw new InvalidOperationException($"{name} runs; stop or kill it first.");
        }

        ProcessStartInfo start = describe();
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Waits until it serves after <see cref="Launch"/>.</summary>
    /// <exception cref="InvalidOperationException">It ended instead, or it did not serve within two minutes.</exception>
    public async Task WaitUntilServesAsync()
    {
        long started = Stopwatch.GetTimestamp();
        while (!await servesAsync().ConfigureAwait(false))
        {
            ThrowIfEnded(Stopwatch.GetElapsedTime(started) > StartLimit);
            await Task.Delay(PollInterval).ConfigureAwait(false);
        }

        // A stranger on its port could have answered.
        ThrowIfEnded(false);
    }

    /// <summary>Ends it as an operator would, and waits, a minute at most (RocketMQ 5 takes 17 s).</summary>
    /// <exception cref="TimeoutException">It goes on; it is left so, to be killed.</exception>
    public Task StopAsync() => EndAsync(SigTerm);

    /// <summary>Ends it as a crash would, and waits.</summary>
    public Task KillAsync() => EndAsync(SigKill);

    /// <summary>Stops its clock: connections stay open, nothing is answered.</summary>
    public void Pause() => Signal(SigStop);

    /// <summary>Lets it go on.</summary>
    public void Continue() => Signal(SigCont);

    /// <summary>Kills it when it runs.</summary>
    public async ValueTask DisposeAsync() => await KillAsync().ConfigureAwait(false);

    private async Task EndAsync(int signal)
    {
        if (_process is null)
        {
            return;
        }

        if (!_process.HasExited)
        {
            Signal(signal);
            Signal(SigCont);
            await _process.WaitForExitAsync().WaitAsync(EndLimit).ConfigureAwait(false);
        }

        _process.Dispose();
        _process = null;
    }

    private void Signal(int signal)
    {
        Process process = _process ?? throw new InvalidOperationException($"{name} does not run.");
        _ = Kill(process.Id, signal);
    }

    private void ThrowIfEnded(bool tooLate)
    {
        if (_process is null or { HasExited: true } || tooLate)
        {
            throw new InvalidOperationException($"{name} does not serve:\n{Output}{readLogs?.Invoke()}");
        }
    }

    private void Keep(string? line)
    {
        lock (_output)
        {
            if (_output.Length < OutputLimit)
            {
                _output.AppendLine(line);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
