using System.Text;
using Ddmq.Cli.Sending;
using Ddmq.Thrift.Client;
using Ddmq.Thrift.ProducerProxy;
using Xunit;

namespace Ddmq.UnitTests.Cli;

public sealed class SendTemplateTests
{
    [Fact]
    public void With_NothingGiven_LooksLikeAnSdksMessage()
    {
        Message message = new SendTemplate { Topic = "t" }.With(new byte[] { 1 });

        Assert.Equal("t", message.Topic.ToText());
        Assert.Matches("^[0-9A-Za-z]{16}$", message.Key.ToText());
        Assert.Equal(-2, message.PartitionId);
        Assert.Equal(0, message.HashId);
        Assert.Null(message.Tags);
        Assert.Null(message.Value);
        Assert.Null(message.Properties);
        Assert.Equal<byte>([1], message.Body.GetValueOrDefault().ToArray());
    }

    [Fact]
    public void With_NoKeyGiven_MakesUpAnotherForEachMessage()
    {
        var template = new SendTemplate { Topic = "t" };

        Assert.NotEqual(template.With(default).Key.ToText(), template.With(default).Key.ToText());
    }

    [Fact]
    public void With_HasNoKey_LeavesTheFieldOut() =>
        Assert.Null(new SendTemplate { Topic = "t", HasNoKey = true }.With(default).Key);

    [Fact]
    public void With_EmptyKey_IsNotTheSameAsNone() =>
        Assert.Equal("", new SendTemplate { Topic = "t", Key = "" }.With(default).Key.ToText());

    [Fact]
    public void With_Tags_AreJoinedAsSdksJoinThem() =>
        Assert.Equal("red||blue", new SendTemplate { Topic = "t", Tags = ["red", "blue"] }.With(default).Tags.ToText());

    [Fact]
    public void With_HashId_LeavesThePartitionToIt()
    {
        Message message = new SendTemplate { Topic = "t", HashId = -7 }.With(default);

        Assert.Equal((-1, -7L), (message.PartitionId, message.HashId));
    }

    [Fact]
    public void With_Partition_IsThatOne() =>
        Assert.Equal(3, new SendTemplate { Topic = "t", Partition = 3 }.With(default).PartitionId);

    [Fact]
    public async Task Repeat_WithoutCount_SendsTheTextAsItIs() =>
        Assert.Equal(["{n}"], await TextsAsync(BodySource.Repeat("{n}", null)));

    [Fact]
    public async Task Repeat_WithCount_NumbersTheBodies() =>
        Assert.Equal(["a1b1", "a2b2", "a3b3"], await TextsAsync(BodySource.Repeat("a{n}b{n}", 3)));

    [Fact]
    public async Task Lines_EmptyLines_AreLeftOut() =>
        Assert.Equal(["a", " ", "b"], await TextsAsync(BodySource.Lines(new MemoryStream("\na\n\n \nb\n\n"u8.ToArray()))));

    private static async Task<List<string>> TextsAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> bodies)
    {
        var texts = new List<string>();
        await foreach (ReadOnlyMemory<byte> body in bodies)
        {
            texts.Add(Encoding.UTF8.GetString(body.Span));
        }

        return texts;
    }
}
