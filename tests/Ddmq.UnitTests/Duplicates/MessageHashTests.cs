using System.Text;
using Ddmq.Core.Duplicates;
using Ddmq.Core.Messages;
using Xunit;

namespace Ddmq.UnitTests.Duplicates;

public sealed class MessageHashTests
{
    public static TheoryData<string, Action<SendRequest>> Differences => new()
    {
        { "topic", request => request.TopicName = Bytes("other") },
        { "key", request => request.Key = Bytes("other") },
        { "tags", request => request.Tags = Bytes("other") },
        { "body", request => request.Body = Bytes("other") },
        { "hashId", request => request.HashId = 8 },
        { "partitionId", request => request.PartitionId = 3 },
        { "border of key and tags", request => (request.Key, request.Tags) = (Bytes("ke"), Bytes("ytags")) },
        { "border of tags and body", request => (request.Tags, request.Body) = (Bytes("tag"), Bytes("sbody")) },
    };

    [Fact]
    public void Of_TheSameMessageInOtherBytes_IsTheSame()
    {
        SendRequest repeat = Request();
        repeat.AddProperty(Bytes("traceId"), Bytes("another"));
        repeat.Method = SendMethod.BatchSync;

        Assert.Equal(MessageHash.Of(Request()), MessageHash.Of(repeat));
    }

    [Theory]
    [MemberData(nameof(Differences))]
    public void Of_MessageThatDiffers_Differs(string what, Action<SendRequest> change)
    {
        SendRequest other = Request();
        change(other);

        Assert.True(MessageHash.Of(Request()) != MessageHash.Of(other), what);
    }

    [Fact]
    public void Of_AllocatesNothing()
    {
        SendRequest request = Request();
        MessageHash.Of(request);

        Assert.Equal(0, Allocated.By(() => MessageHash.Of(request)));
    }

    private static SendRequest Request() => new()
    {
        TopicName = Bytes("topic"),
        Key = Bytes("key"),
        Tags = Bytes("tags"),
        Body = Bytes("body"),
        HashId = 7,
        PartitionId = -1,
    };

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
