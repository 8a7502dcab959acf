using System.Text;
using Ddmq.Core.Messages;
using Ddmq.Core.Pipeline;
using Ddmq.Core.Topics;
using Xunit;

namespace Ddmq.UnitTests.Pipeline;

public class MessageRulesTests
{
    public static TheoryData<string> ReservedNames => [.. MessageRules.ReservedPropertyNames];

    [Fact]
    public void ReservedPropertyNames_AreTheOriginals22() => Assert.Equal(22, MessageRules.ReservedPropertyNames.Distinct().Count());

    [Fact]
    public void FindBroken_GoodMessage_FindsNothing() => Assert.Null(MessageRules.FindBroken(Good()));

    [Theory]
    [InlineData(255, true)]
    [InlineData(256, false)]
    public void FindBroken_KeyAndTagsLength_CountUtf16Units(int length, bool isFine)
    {
        foreach (string unit in new[] { "k", "é", "語" })
        {
            SendRequest key = Good();
            key.Key = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(unit, length)));
            SendRequest tags = Good();
            tags.Tags = key.Key;

            Assert.Equal(isFine, MessageRules.FindBroken(key) is null);
            Assert.Equal(isFine, MessageRules.FindBroken(tags) is null);
        }
    }

    [Fact]
    public void FindBroken_SurrogatePairs_CountTwice()
    {
        SendRequest request = Good();
        request.Key = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("😀", 128)));

        Assert.Contains("256 characters", MessageRules.FindBroken(request));
    }

    [Fact]
    public void FindBroken_AbsentAndEmptyKeyAndTags_AreFine()
    {
        SendRequest request = Good();
        request.Key = ReadOnlyMemory<byte>.Empty;
        request.Tags = ReadOnlyMemory<byte>.Empty;

        Assert.Null(MessageRules.FindBroken(request));
    }

    [Theory]
    [MemberData(nameof(ReservedNames))]
    public void FindBroken_ReservedPropertyName_IsRefusedInThatCaseOnly(string name)
    {
        SendRequest exact = Good();
        exact.AddProperty(Encoding.UTF8.GetBytes(name), "v"u8.ToArray());
        SendRequest lower = Good();
        lower.AddProperty(Encoding.UTF8.GetBytes(name.ToLowerInvariant()), "v"u8.ToArray());

        Assert.Contains(name, MessageRules.FindBroken(exact));
        Assert.Null(MessageRules.FindBroken(lower));
    }

    [Theory]
    [InlineData("traceId")]
    [InlineData("isPressureTraffic")]
    [InlineData("from_chronos")]
    public void FindBroken_PropertiesOfTheSdks_AreFine(string name)
    {
        SendRequest request = Good();
        request.AddProperty(Encoding.UTF8.GetBytes(name), "true"u8.ToArray());

        Assert.Null(MessageRules.FindBroken(request));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData(" \t\r\n\f\v", true)]
    [InlineData("\u001c\u001f\u2003\u3000\u2028", true)]
    [InlineData("\u00a0", false)] // Java: not white space
    [InlineData("\u2007\u202f", false)]
    [InlineData("\u0085", false)]
    [InlineData(" x ", false)]
    public void FindBroken_BlankPropertyNameOrValue_IsWhatJavaCallsBlank(string text, bool isBlank)
    {
        SendRequest name = Good();
        name.AddProperty(Encoding.UTF8.GetBytes(text), "v"u8.ToArray());
        SendRequest value = Good();
        value.AddProperty("n"u8.ToArray(), Encoding.UTF8.GetBytes(text));

        Assert.Equal(isBlank, MessageRules.FindBroken(name) is not null);
        Assert.Equal(isBlank, MessageRules.FindBroken(value) is not null);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void FindBroken_RecordSeparators_AreRefusedEverywhere(byte separator)
    {
        byte[] text = [(byte)'a', separator, (byte)'b'];
        SendRequest key = Good();
        key.Key = text;
        SendRequest tags = Good();
        tags.Tags = text;
        SendRequest name = Good();
        name.AddProperty(text, "v"u8.ToArray());
        SendRequest value = Good();
        value.AddProperty("n"u8.ToArray(), text);
        SendRequest body = Good();
        body.Body = text;

        Assert.All([key, tags, name, value], request => Assert.Contains("control character", MessageRules.FindBroken(request)));
        Assert.Null(MessageRules.FindBroken(body));
    }

    [Fact]
    public void FindBroken_InvalidUtf8_IsRefusedInTextsAndFineInBodies()
    {
        byte[] text = [0xC3, 0x28];
        SendRequest topic = Good();
        topic.TopicName = text;
        SendRequest key = Good();
        key.Key = text;
        SendRequest tags = Good();
        tags.Tags = text;
        SendRequest property = Good();
        property.AddProperty(text, "v"u8.ToArray());
        SendRequest body = Good();
        body.Body = text;

        Assert.All([topic, key, tags, property], request => Assert.Contains("UTF-8", MessageRules.FindBroken(request)));
        Assert.Null(MessageRules.FindBroken(body));
    }

    [Fact]
    public void FindBroken_MissingOrEmptyTopic_IsRefused()
    {
        SendRequest missing = Good();
        missing.TopicName = null;
        SendRequest empty = Good();
        empty.TopicName = ReadOnlyMemory<byte>.Empty;

        Assert.Contains("topic", MessageRules.FindBroken(missing));
        Assert.Contains("topic", MessageRules.FindBroken(empty));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(Topic.DefaultMaxMessageSize, true)]
    [InlineData(Topic.DefaultMaxMessageSize + 1, false)]
    public void FindBroken_BodySize_IsOneToTheTopicsMaximum(int size, bool isFine)
    {
        SendRequest request = Good();
        request.Body = new byte[size];

        Assert.Equal(isFine, MessageRules.FindBroken(request) is null);
    }

    [Fact]
    public void FindBroken_PropertiesOverARecordsRoom_AreRefused()
    {
        SendRequest fits = Good();
        fits.AddProperty("n"u8.ToArray(), Enumerable.Repeat((byte)'v', 32_000).ToArray());
        SendRequest over = Good();
        over.AddProperty("n"u8.ToArray(), Enumerable.Repeat((byte)'v', 32_767).ToArray());

        Assert.Null(MessageRules.FindBroken(fits));
        Assert.Contains("32767", MessageRules.FindBroken(over));
    }

    [Fact]
    public void FindBroken_InnerTopicPrefix_RefusesAllButDelayCalls()
    {
        SendRequest request = Good();
        request.TopicName = "inner_0"u8.ToArray();
        request.Catalog = new TopicCatalog(null, 0).Replace([], "inner_");

        Assert.NotNull(MessageRules.FindBroken(request));

        request.Method = SendMethod.DelaySync;
        Assert.Null(MessageRules.FindBroken(request));
    }

    [Fact]
    public void FindBroken_GoodMessage_AllocatesNothing()
    {
        SendRequest request = Good();
        request.Key = "key"u8.ToArray();
        request.Tags = "a||b"u8.ToArray();
        request.AddProperty("traceId"u8.ToArray(), "t-1"u8.ToArray());
        MessageRules.FindBroken(request);

        Assert.Equal(0, Allocated.By(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                MessageRules.FindBroken(request);
            }
        }));
    }

    private static SendRequest Good() => new() { TopicName = "orders"u8.ToArray(), Body = "body"u8.ToArray() };
}
