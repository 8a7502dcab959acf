using System.Diagnostics;
using System.Globalization;
using Ddmq.StoreHost;

namespace Ddmq.FunctionalTests.Storage.RocksDb;

/// <summary>The store host as a real process. Ended by its own pid, at the latest on dispose.</summary>
internal sealed class StoreHostProcess : IDisposable
{
    private readonly Process _process;

    public StoreHostProcess(string folder, int callers, string run, bool isSpool = false)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, $"{typeof(HostMessages).Assembly.GetName().Name}.dll"));
        start.ArgumentList.Add(folder);
        start.ArgumentList.Add(callers.ToString(CultureInfo.InvariantCulture));
        start.ArgumentList.Add(run);
        if (isSpool)
        {
            start.ArgumentList.Add("spool");
        }

        _process = Process.Start(start)!;
    }

    /// <summary>Waits until its store is open.</summary>
    public async Task WaitUntilReadyAsync()
    {
        string? line = await _process.StandardOutput.ReadLineAsync();
        if (line != "ready")
        {
            throw new InvalidOperationException($"The host said '{line}': {await _process.StandardError.ReadToEndAsync()}");
        }
    }

    /// <summary>Reads acknowledgements until there are that many or the process is gone.</summary>
    public async Task<List<Acknowledged>> ReadAsync(int atMost)
    {
        var read = new List<Acknowledged>();
        while (read.Count < atMost && await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            // The last line of a killed process may be cut off anywhere.
            if (line.Split(' ') is [var topic, var partition, var offset, var key, "."])
            {
                read.Add(new Acknowledged(
                    topic, int.Parse(partition, CultureInfo.InvariantCulture), long.Parse(offset, CultureInfo.InvariantCulture), key));
            }
        }

        return read;
    }

    /// <summary>SIGKILL; then what it had still said.</summary>
    public async Task<List<Acknowledged>> KillAsync()
    {
        _process.Kill();
        List<Acknowledged> rest = await ReadAsync(int.MaxValue);
        await _process.WaitForExitAsync();
        return rest;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    /// <summary>One acknowledged message.</summary>
    internal readonly record struct Acknowledged(string Topic, int Partition, long Offset, string Key);
}
