using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Ddmq.Cli.Output;
using Ddmq.TestKit.Proxy;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Ddmq.FunctionalTests.Cli;

public sealed class TailCommandTests
{
    [Fact]
    public async Task Tail_WhatSendHasSent_ComesBackByteForByte()
    {
        await using TestProxy proxy = await TestProxy.StartAsync();
        var cli = new Cli(proxy);
        byte[] body = [0xff, 0xfe, 0, 1, .. "\u001b[31mred"u8];

        CliRun sent = await CliRun.RunAsync(
            cli.With("send", "orders", "--key", "k", "--tag", "red", "--property", "a=1", "--partition", "2"), input: body);
        CliRun line = await CliRun.RunAsync(cli.With("tail", "orders"));
        CliRun json = await CliRun.RunAsync(cli.With("tail", "orders", "--json"));
        CliRun raw = await CliRun.RunAsync(cli.With("tail", "orders", "--raw"));
        CliRun raw0 = await CliRun.RunAsync(cli.With("tail", "orders", "--raw0"));

        Assert.Equal((0, 0, 0, 0, 0), (sent.ExitCode, line.ExitCode, json.ExitCode, raw.ExitCode, raw0.ExitCode));
        Assert.Matches(
            @"^2/0  \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}  key=k tags=red a=1  \\xff\\xfe\\u\{0\}\\u\{1\}\\u\{1b\}\[31mred\n$", line.Out);
        using JsonDocument document = JsonDocument.Parse(json.Out);
        Assert.Equal(body, document.RootElement.GetProperty("bodyBase64").GetBytesFromBase64());
        Assert.Equal<byte>([.. body, (byte)'\n'], raw.OutBytes);
        Assert.Equal<byte>([.. body, 0], raw0.OutBytes);
    }

    [Theory]
    [InlineData("7 8 9 10 11 12 13 14 15 16")]
    [InlineData("15 16", "--last", "2")]
    [InlineData("1 2 3", "--from", "earliest", "--limit", "3")]
    [InlineData("11 12 13 14 15 16", "--from", "10")]
    [InlineData("", "--from", "latest")]
    [InlineData("", "--last", "0")]
    public async Task Tail_Range_IsTheOneAskedFor(string expected, params string[] options)
    {
        await using TestProxy proxy = await TestProxy.StartAsync();
        var cli = new Cli(proxy);
        await CliRun.RunAsync(cli.With("send", "orders", "{n}", "--count", "16", "--partition", "0"));

        CliRun run = await CliRun.RunAsync(cli.With(["tail", "orders", "--raw", "--partition", "0", .. options]));

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(expected, string.Join(' ', run.OutLines));
    }

    [Fact]
    public async Task Tail_Follow_ShowsWhatComesUntilInterrupted()
    {
        await using TestProxy proxy = await TestProxy.StartAsync();
        var cli = new Cli(proxy);
        await CliRun.RunAsync(cli.With("send", "orders", "before"));
        var pipe = new Pipe();
        using var lines = new StreamReader(pipe.Reader.AsStream());
        using var interrupt = new CancellationTokenSource();

        Task<CliRun> tail = CliRun.RunAsync(
            cli.With("tail", "orders", "-f", "--raw"), output: pipe.Writer.AsStream(), cancellationToken: interrupt.Token);
        string? first = await lines.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));
        await CliRun.RunAsync(cli.With("send", "orders", "after"));
        string? second = await lines.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));
        await interrupt.CancelAsync();
        CliRun run = await tail.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(("before", "after"), (first, second));
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task Tail_FollowATopicThatDoesNotExistYet_WaitsForIt()
    {
        await using TestProxy proxy = await TestProxy.StartAsync();
        var cli = new Cli(proxy);
        var pipe = new Pipe();
        using var lines = new StreamReader(pipe.Reader.AsStream());
        using var interrupt = new CancellationTokenSource();

        Task<CliRun> tail = CliRun.RunAsync(
            cli.With("tail", "later", "--follow", "--from", "earliest", "--raw"), output: pipe.Writer.AsStream(), cancellationToken: interrupt.Token);
        await CliRun.RunAsync(cli.With("send", "later", "first"));
        string? line = await lines.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));
        await interrupt.CancelAsync();

        Assert.Equal("first", line);
        Assert.Equal(0, (await tail.WaitAsync(TimeSpan.FromSeconds(30))).ExitCode);
    }

    [Fact]
    public async Task Tail_UnknownTopic_ExitsWith1AndSaysSo()
    {
        await using TestProxy proxy = await TestProxy.StartAsync();

        CliRun run = await CliRun.RunAsync(new Cli(proxy).With("tail", "nothere"));

        Assert.Equal((1, ""), (run.ExitCode, run.Out));
        Assert.Contains("nothere", run.Error);
        Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task Tail_TopicNameWithUrlCharacters_IsEscaped()
    {
        string? path = null;
        await using ScriptedAdmin admin = await ScriptedAdmin.StartAsync(context =>
        {
            path = context.Request.Path.Value + context.Request.QueryString;
            return Task.CompletedTask;
        });

        CliRun run = await CliRun.RunAsync(["tail", "a%b|c?d", "--admin", admin.Url]);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("/api/topics/a%b|c?d/messages?last=10", path);
    }

    [Fact]
    public async Task Tail_ReaderGone_EndsWithoutAnError()
    {
        await using TestProxy proxy = await TestProxy.StartAsync();
        var cli = new Cli(proxy);
        await CliRun.RunAsync(cli.With("send", "orders", "x"));

        CliRun run = await CliRun.RunAsync(cli.With("tail", "orders", "-f"), output: new GoneReader())
            .WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task Tail_ConnectionEndsInTheMiddle_IsAnError()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task server = Task.Run(async () =>
        {
            using Socket connection = await listener.AcceptSocketAsync();
            await connection.ReceiveAsync(new byte[10_000]);
            await connection.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{\"half a message"u8.ToArray());
        });

        CliRun run = await CliRun.RunAsync(["tail", "t", "-f", "--admin", $"http://{listener.LocalEndpoint}"]);

        await server;
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("ended the connection", run.Error);
        Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
    }

    [Theory]
    [InlineData("not JSON at all\n")]
    [InlineData("{\"partition\":0}\n")]
    [InlineData("[]\n")]
    public async Task Tail_AnswerOfSomethingElse_IsAnErrorInOneLine(string answer)
    {
        await using ScriptedAdmin admin = await ScriptedAdmin.StartAsync(context => context.Response.WriteAsync(answer));

        CliRun run = await CliRun.RunAsync(["tail", "t", "--admin", admin.Url]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("is that the admin API of a Ddmq proxy?", run.Error);
    }

    [Theory]
    [InlineData("--from", "tail", "t", "--from", "sometime")]
    [InlineData("--from", "tail", "t", "--from", "-1")]
    [InlineData("--from and --last", "tail", "t", "--from", "earliest", "--last", "1")]
    [InlineData("--last -1", "tail", "t", "--last", "-1")]
    [InlineData("--partition -1", "tail", "t", "--partition", "-1")]
    [InlineData("--raw", "tail", "t", "--raw", "--json")]
    [InlineData("topic", "tail")]
    [InlineData("http://127.0.0.1:9614", "tail", "t", "--admin", "ftp://x")]
    public async Task Tail_WrongArguments_ExitWith2(string expected, params string[] arguments)
    {
        CliRun run = await CliRun.RunAsync(arguments);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.Error);
    }

    /// <summary>Command lines for one proxy.</summary>
    private sealed class Cli(TestProxy proxy)
    {
        public string[] With(params string[] arguments) =>
            [.. arguments, "--proxy", proxy.Thrift.ToString(), "--admin", proxy.Admin.BaseAddress!.ToString()];
    }

    /// <summary>A pipe whose reader has gone.</summary>
    private sealed class GoneReader : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => throw new BrokenPipeException();

        public override void Write(ReadOnlySpan<byte> buffer) => throw new BrokenPipeException();

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            throw new BrokenPipeException();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new BrokenPipeException();
    }
}
