using System.Diagnostics;

namespace Ddmq.FunctionalTests.Thrift;

/// <summary>
/// Many connections that say nothing, held by a process of their own: both ends in one process would need more
/// descriptors than a process is usually allowed.
/// </summary>
internal sealed class SilentConnections : IDisposable
{
    // From several client addresses, because one has fewer free ports.
    private const string Script = """
        import socket, sys
        port, count = int(sys.argv[1]), int(sys.argv[2])
        held = []
        for i in range(count):
            s = socket.socket()
            s.bind(("127.0.0.%d" % (2 + i % 4), 0))
            s.connect(("127.0.0.1", port))
            held.append(s)
        print(len(held), flush=True)
        sys.stdin.read()
        """;

    private readonly Process _process;

    private SilentConnections(Process process)
    {
        _process = process;
    }

    public static async Task<SilentConnections> OpenAsync(int port, int count)
    {
        Process process = Process.Start(new ProcessStartInfo("python3", ["-c", Script, $"{port}", $"{count}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var connections = new SilentConnections(process);
        try
        {
            string? line = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
            if (line != $"{count}")
            {
                throw new InvalidOperationException($"the connections were not opened: {await process.StandardError.ReadToEndAsync()}");
            }

            return connections;
        }
        catch
        {
            connections.Dispose();
            throw;
        }
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
}
