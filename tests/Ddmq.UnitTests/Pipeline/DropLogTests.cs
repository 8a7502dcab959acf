using System.Text.Json;
using Ddmq.Core.Messages;
using Xunit;

namespace Ddmq.UnitTests.Pipeline;

public sealed class DropLogTests : IDisposable
{
    private readonly PipelineFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Leave_GivenUp_IsOneJsonLineThatTheMessageCanBeMadeFrom()
    {
        _fixture.StoreA.Script = _ => SendResult.Failed(SendStatus.Unknown, Stored.Unknown, "the disk said \"no\"\nand no");
        SendRequest request = PipelineFixture.Request("orders", body: "body\u0001");
        request.Key = "k1"u8.ToArray();
        request.HashId = long.MinValue;
        request.PartitionId = -2;
        request.AddProperty("traceId"u8.ToArray(), "t-1"u8.ToArray());

        await _fixture.SendAsync(request);

        string line = Assert.Single(_fixture.Drops.Lines).Text;
        Assert.DoesNotContain('\n', line);
        JsonElement json = JsonDocument.Parse(line).RootElement;
        Assert.Equal("FAIL_UNKNOWN", json.GetProperty("reason").GetString());
        Assert.Equal("unknown", json.GetProperty("stored").GetString());
        Assert.Equal("orders", json.GetProperty("topic").GetString());
        Assert.Equal("k1", json.GetProperty("key").GetString());
        Assert.Equal(JsonValueKind.Null, json.GetProperty("tags").ValueKind);
        Assert.Equal(long.MinValue, json.GetProperty("hashId").GetInt64());
        Assert.Equal("t-1", json.GetProperty("properties").GetProperty("traceId").GetString());
        Assert.Equal("body\u0001"u8.ToArray(), json.GetProperty("bodyBase64").GetBytesFromBase64());
    }

    [Theory]
    [InlineData("orders", "")]
    [InlineData("nobody", "b")]
    [InlineData("orders", "b")]
    [InlineData("orphan", "b")]
    public async Task Leave_StoredOrRefused_IsNoDrop(string topic, string body)
    {
        await _fixture.SendAsync(PipelineFixture.Request(topic, body));

        Assert.Empty(_fixture.Drops.Lines);
    }

    [Fact]
    public async Task Leave_DeadlinePassed_IsADrop()
    {
        _fixture.StoreA.Script = _ => null;
        Task<SendResult> sending = _fixture.SendAsync(PipelineFixture.Request("orders"));

        _fixture.Advance(100);
        await sending;

        Assert.Contains("FAIL_TIMEOUT", Assert.Single(_fixture.Drops.Lines).Text);
    }
}
