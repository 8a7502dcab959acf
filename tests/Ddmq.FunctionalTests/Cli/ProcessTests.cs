using System.Diagnostics;
using Ddmq.Cli;
using Ddmq.TestKit.Proxy;
using Xunit;

namespace Ddmq.FunctionalTests.Cli;

/// <summary>What only a process of its own can show: streams and signals.</summary>
public sealed class ProcessTests
{
    [Fact]
    public async Task Tail_PipedIntoAReaderThatLeaves_EndsByItself()
    {
        await using TestProxy proxy = await TestProxy.StartAsync();
        string admin = proxy.Admin.BaseAddress!.ToString();
        await CliRun.RunAsync(["send", "orders", "{n}", "--count", "100", "--proxy", proxy.Thrift.ToString()]);
        using Process tail = Start("tail", "orders", "-f", "--from", "earliest", "--raw", "--admin", admin);

        try
        {
            Assert.NotNull(await tail.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)));
            tail.StandardOutput.Close();

            // It notices with the next message it writes.
            await CliRun.RunAsync(["send", "orders", "one more", "--count", "10", "--proxy", proxy.Thrift.ToString()]);
            string error = await tail.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
            await tail.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));

            Assert.Equal((0, ""), (tail.ExitCode, error));
        }
        finally
        {
            tail.Kill();
        }
    }

    [Fact]
    public async Task Send_StandardInputOfAProcess_IsReadToItsEnd()
    {
        await using TestProxy proxy = await TestProxy.StartAsync();
        using Process send = Start("send", "orders", "--proxy", proxy.Thrift.ToString());

        try
        {
            await send.StandardInput.WriteAsync("one\ntwo\nthree");
            send.StandardInput.Close();
            string output = await send.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
            await send.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));

            Assert.Equal(0, send.ExitCode);
            Assert.StartsWith("3 of 3 messages stored in orders", output);
        }
        finally
        {
            send.Kill();
        }
    }

    private static Process Start(params string[] arguments) => Process.Start(
        new ProcessStartInfo("dotnet", [typeof(CommandLine).Assembly.Location, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
}
