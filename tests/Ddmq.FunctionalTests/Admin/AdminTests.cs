using System.Net;
using System.Text;
using System.Text.Json;
using Ddmq.TestKit.Proxy;
using Ddmq.Thrift.Client;
using Ddmq.Thrift.ProducerProxy;
using Xunit;

namespace Ddmq.FunctionalTests.Admin;

/// <summary>The admin HTTP as an operator and <c>ddmq</c> use it.</summary>
public sealed class AdminTests : IAsyncLifetime
{
    private TestProxy _proxy = null!;
    private ProducerClient _client = null!;

    public async Task InitializeAsync()
    {
        _proxy = await TestProxy.StartAsync();
        _client = await _proxy.ConnectAsync();
    }

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task Health_WhileServing_IsOk()
    {
        Assert.Equal("ok\n", await _proxy.Admin.GetStringAsync("/healthz"));
        Assert.Equal("ok\n", await _proxy.Admin.GetStringAsync("/readyz"));
    }

    [Fact]
    public async Task Readyz_StoreInTrouble_Says503AndWhy()
    {
        await using TestProxy proxy = await TestProxy.StartAsync(store: new HeldStore { Trouble = "no room on the disk" });

        HttpResponseMessage response = await proxy.Admin.GetAsync("/readyz");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("no room on the disk\n", await response.Content.ReadAsStringAsync());
        Assert.Equal("ok\n", await proxy.Admin.GetStringAsync("/healthz"));
    }

    [Theory]
    [InlineData("", "0 1 2 3 4 5 6 7 8 9")]
    [InlineData("?limit=3", "0 1 2")]
    [InlineData("?last=2", "8 9")]
    [InlineData("?last=0", "")]
    [InlineData("?last=50&limit=4", "6 7 8 9")]
    [InlineData("?partition=1", "1 3 5 7 9")]
    [InlineData("?partition=1&from=3", "7 9")]
    [InlineData("?partition=1&last=1", "9")]
    [InlineData("?partition=3", "")]
    [InlineData("?from=latest", "")]
    [InlineData("?from=4", "8 9")]
    [InlineData("?from=1000", "")]
    public async Task Messages_ByQuery_AreThoseAskedForInOrder(string query, string expected)
    {
        for (int i = 0; i < 10; i++)
        {
            await SendAsync("numbers", $"{i}", partition: i % 2);

            // Each in a millisecond of its own, so that "the last" has one meaning across partitions.
            long sent = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            SpinWait.SpinUntil(() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() > sent);
        }

        string[] bodies = await BodiesAsync($"/api/topics/numbers/messages{query}");

        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), bodies);
    }

    [Theory]
    [InlineData("/api/topics/nobody/messages", HttpStatusCode.NotFound)]
    [InlineData("/api/topics/nobody/messages?from=yesterday", HttpStatusCode.BadRequest)]
    [InlineData("/api/topics/nobody/messages?partition=-1", HttpStatusCode.BadRequest)]
    [InlineData("/api/topics/nobody/messages?last=1000000", HttpStatusCode.BadRequest)]
    [InlineData("/api/topics/nobody/messages?colour=red", HttpStatusCode.BadRequest)]
    [InlineData("/nowhere", HttpStatusCode.NotFound)]
    public async Task Request_ThatMakesNoSense_IsToldSo(string path, HttpStatusCode expected) =>
        Assert.Equal(expected, (await _proxy.Admin.GetAsync(path)).StatusCode);

    [Fact]
    public async Task Messages_Followed_ComeAsTheyAreStored()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using HttpResponseMessage response = await _proxy.Admin.GetAsync(
            "/api/topics/live/messages?follow=true&limit=3", HttpCompletionOption.ResponseHeadersRead, patience.Token);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(patience.Token));

        // The topic does not exist yet; it is waited for.
        foreach (string body in new[] { "one", "two", "three" })
        {
            await SendAsync("live", body);
            Assert.Equal(body, Body(JsonDocument.Parse((await reader.ReadLineAsync(patience.Token))!).RootElement));
        }

        Assert.Null(await reader.ReadLineAsync(patience.Token));
    }

    [Fact]
    public async Task Stop_WhileFollowed_DoesNotWaitForTheFollower()
    {
        await using TestProxy proxy = await TestProxy.StartAsync();
        using HttpResponseMessage response = await proxy.Admin.GetAsync(
            "/api/topics/live/messages?follow=true", HttpCompletionOption.ResponseHeadersRead);

        await proxy.Host.StopAsync().WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Topics_AfterSending_ShowPartitionsAndOffsets()
    {
        await SendAsync("orders", "a", partition: 3);
        await SendAsync("orders", "b", partition: 3);

        JsonElement topics = JsonDocument.Parse(await _proxy.Admin.GetStringAsync("/api/topics")).RootElement;

        JsonElement partitions = topics.EnumerateArray().Single(topic => topic.GetProperty("topic").GetString() == "orders").GetProperty("partitions");
        Assert.Equal(4, partitions.GetArrayLength());
        Assert.Equal((0, 2), (partitions[3].GetProperty("firstOffset").GetInt64(), partitions[3].GetProperty("nextOffset").GetInt64()));
        Assert.Equal(0, partitions[0].GetProperty("nextOffset").GetInt64());
    }

    [Fact]
    public async Task Metrics_UnderLoad_AddUpAtEveryLook()
    {
        using var done = new CancellationTokenSource();
        Task[] senders = [.. Enumerable.Range(0, 4).Select(number => Task.Run(async () =>
        {
            await using ProducerClient client = await _proxy.ConnectAsync();
            for (int i = 0; !done.IsCancellationRequested; i++)
            {
                await client.SendSyncAsync(new Message { Topic = "load"u8.ToArray(), Body = i % 3 == 0 ? default : "b"u8.ToArray() }, 5000);
                await client.SendBatchSyncAsync([.. Enumerable.Repeat(new Message { Topic = "load"u8.ToArray(), Body = "b"u8.ToArray() }, 5)]);
            }
        }))];

        for (int look = 0; look < 20; look++)
        {
            Assert.Equal(0, await ImbalanceAsync());
        }

        await done.CancelAsync();
        await Task.WhenAll(senders);
        Assert.Equal(0, await ImbalanceAsync());
        Dictionary<string, double> metrics = await _proxy.MetricsAsync();
        Assert.Equal(0, metrics["ddmq_messages_in_flight{topic=\"load\"}"]);
        Assert.Equal(
            metrics["ddmq_messages_outcome_total{topic=\"load\",outcome=\"stored\"}"], metrics["ddmq_messages_answered_total{topic=\"load\",status=\"OK\"}"]);
        Assert.True(metrics["ddmq_messages_answered_total{topic=\"load\",status=\"OK\"}"] > 0);
        Assert.True(metrics["ddmq_messages_answered_total{topic=\"load\",status=\"FAIL_ILLEGAL_MSG\"}"] > 0);
        Assert.Equal(metrics["ddmq_store_messages_total"], metrics["ddmq_messages_answered_total{topic=\"load\",status=\"OK\"}"]);
        Assert.Equal(
            metrics["ddmq_connections_accepted_total"],
            metrics["ddmq_connections_open"] + metrics.Where(metric => metric.Key.StartsWith("ddmq_connections_closed_total", StringComparison.Ordinal))
                .Sum(metric => metric.Value));
    }

    [Fact]
    public async Task Status_AfterSending_CountsByCode()
    {
        await SendAsync("orders", "a");

        JsonElement status = JsonDocument.Parse(await _proxy.Admin.GetStringAsync("/api/status")).RootElement;

        Assert.True(status.GetProperty("ready").GetBoolean());
        Assert.Equal(1, status.GetProperty("messages").GetProperty("answered").GetProperty("OK").GetInt64());
    }

    private async Task<double> ImbalanceAsync()
    {
        Dictionary<string, double> metrics = await _proxy.MetricsAsync();
        double Sum(string name) => metrics.Where(metric => metric.Key.StartsWith(name, StringComparison.Ordinal)).Sum(metric => metric.Value);
        return Sum("ddmq_messages_received_total") - Sum("ddmq_messages_outcome_total") - Sum("ddmq_messages_in_flight");
    }

    private async Task SendAsync(string topic, string body, int partition = -2)
    {
        Result result = await _client.SendSyncAsync(
            new Message { Topic = ThriftText.Utf8(topic), Body = ThriftText.Utf8(body), PartitionId = partition }, 5000);
        Assert.Equal(0, result.Code);
    }

    private async Task<string[]> BodiesAsync(string path) =>
        [.. (await _proxy.Admin.GetStringAsync(path)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Body(JsonDocument.Parse(line).RootElement))];

    private static string Body(JsonElement message) => Encoding.UTF8.GetString(message.GetProperty("bodyBase64").GetBytesFromBase64());
}
