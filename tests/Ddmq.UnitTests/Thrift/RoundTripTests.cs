using Ddmq.Thrift.Client;
using Ddmq.Thrift.ProducerProxy;
using Ddmq.Thrift.Protocol;
using Xunit;

namespace Ddmq.UnitTests.Thrift;

public class RoundTripTests
{
    [Theory]
    [InlineData(ThriftProtocol.Compact)]
    [InlineData(ThriftProtocol.Binary)]
    public void Message_AbsentAndEmpty_StayApart(ThriftProtocol protocol)
    {
        var sent = new Message { Topic = ThriftText.Utf8("t"), Key = ReadOnlyMemory<byte>.Empty, Body = ReadOnlyMemory<byte>.Empty };

        Message read = Codec.DecodeStruct<Message>(protocol, Codec.EncodeStruct(protocol, sent));

        Assert.Equal("t", read.Topic.ToText());
        Assert.True(read.Key is { IsEmpty: true });
        Assert.True(read.Body is { IsEmpty: true });
        Assert.Null(read.Value);
        Assert.Null(read.Tags);
        Assert.Null(read.Version);
        Assert.Null(read.Properties);
        Assert.Equal(-1, read.PartitionId);
    }

    [Theory]
    [InlineData(ThriftProtocol.Compact)]
    [InlineData(ThriftProtocol.Binary)]
    public void Message_EmptyValueBesideBody_KeepsBoth(ThriftProtocol protocol)
    {
        var sent = new Message { Value = ReadOnlyMemory<byte>.Empty, Body = ThriftText.Utf8("b") };

        Message read = Codec.DecodeStruct<Message>(protocol, Codec.EncodeStruct(protocol, sent));

        Assert.Equal("", read.Value.ToText());
        Assert.Equal("b", read.Body.ToText());
    }

    [Theory]
    [InlineData(ThriftProtocol.Compact, "0b120000")]
    [InlineData(ThriftProtocol.Binary, "0d00090b0b0000000000")]
    [InlineData(ThriftProtocol.Binary, "0d000900000000000000")]
    public void Message_MapOfSizeZero_IsPresentAndEmpty(ThriftProtocol protocol, string hex)
    {
        // In the compact form the size is all there is of such a map: no byte with the types follows.
        byte[] bytes = Convert.FromHexString(hex);

        Message read = Codec.DecodeStruct<Message>(protocol, bytes);

        Assert.Equal(0, read.Properties?.Count);
    }

    [Theory]
    [InlineData(ThriftProtocol.Compact)]
    [InlineData(ThriftProtocol.Binary)]
    public void Message_BytesThatAreNoText_ArePassedThrough(ThriftProtocol protocol)
    {
        byte[] noText = [0xff, 0xfe, 0x00, 0xc0, 0x80];
        var sent = new Message { Topic = noText, Body = noText, Properties = new ThriftMap() };
        sent.Properties.Add(noText, noText);

        Message read = Codec.DecodeStruct<Message>(protocol, Codec.EncodeStruct(protocol, sent));

        Assert.Equal(noText, read.Topic!.Value.ToArray());
        Assert.Equal(noText, read.Body!.Value.ToArray());
        Assert.Equal(noText, read.Properties![0].Value.ToArray());
    }

    [Theory]
    [InlineData(ThriftProtocol.Compact)]
    [InlineData(ThriftProtocol.Binary)]
    public void RestMessage_EveryField_ComesBack(ThriftProtocol protocol)
    {
        var sent = new RestMessage
        {
            Type = sbyte.MinValue,
            Mode = sbyte.MaxValue,
            Url = ThriftText.Utf8("http://example.org/"),
            Params = new ThriftMap(),
            Headers = new ThriftMap(),
            Timestamp = long.MinValue,
            Expire = long.MaxValue,
            Timeout = -1,
            RetryCnt = int.MinValue,
        };
        sent.Params.Add(ThriftText.Utf8("a"), ThriftText.Utf8("b"));

        RestMessage read = Codec.DecodeStruct<RestMessage>(protocol, Codec.EncodeStruct(protocol, sent));

        Assert.Equal((sent.Type, sent.Mode, sent.RetryCnt), (read.Type, read.Mode, read.RetryCnt));
        Assert.Equal((sent.Timestamp, sent.Expire, sent.Timeout), (read.Timestamp, read.Expire, read.Timeout));
        Assert.Equal("http://example.org/", read.Url.ToText());
        Assert.Equal(("a", "b"), (read.Params![0].Key.ToText(), read.Params[0].Value.ToText()));
        Assert.Equal(0, read.Headers?.Count);
    }

    [Theory]
    [InlineData(ThriftProtocol.Compact)]
    [InlineData(ThriftProtocol.Binary)]
    public void DelayMeta_EveryField_ComesBack(ThriftProtocol protocol)
    {
        var sent = new DelayMeta { Timestamp = 1, Dmsgtype = 0, Interval = 3, Expire = 4, Times = 0, Properties = new ThriftMap() };

        DelayMeta read = Codec.DecodeStruct<DelayMeta>(protocol, Codec.EncodeStruct(protocol, sent));

        // Zero is a value, not absence.
        Assert.Equal((1L, 0, 3L, 4L, 0L, 0),
            (read.Timestamp, read.Dmsgtype, read.Interval, read.Expire, read.Times, read.Properties?.Count));
    }

    [Theory]
    [InlineData(ThriftProtocol.Compact)]
    [InlineData(ThriftProtocol.Binary)]
    public void Instance_ReadAgain_KeepsNothingOfTheFirstMessage(ThriftProtocol protocol)
    {
        var arguments = new SendSyncArgs();
        Codec.Decode(protocol, CapturedMessage.Get("sendSync-wide", protocol), arguments);

        Codec.Decode(protocol, CapturedMessage.Get("sendSync-php", protocol), arguments);

        Assert.Null(arguments.Message!.Tags);
        Assert.Null(arguments.Message.Body);
        Assert.Null(arguments.Message.Properties);

        Codec.Decode(protocol, CapturedMessage.Get("sendSync-no-arguments", protocol), arguments);

        Assert.Null(arguments.Message);
        Assert.Equal(0, arguments.Timeout);
    }

    [Theory]
    [InlineData(ThriftProtocol.Compact)]
    [InlineData(ThriftProtocol.Binary)]
    public void Instance_Cleared_UsesItsPartsAgain(ThriftProtocol protocol)
    {
        var arguments = new SendBatchSyncArgs();
        byte[] captured = CapturedMessage.Get("sendBatchSync-java", protocol);
        Codec.Decode(protocol, captured, arguments);
        ThriftList<Message> list = arguments.Messages!;
        Message first = list[0];
        ThriftMap properties = list[1].Properties!;

        arguments.Clear();

        Assert.Null(arguments.Messages);
        Assert.Null(first.Topic);
        Assert.Equal(0, properties.Count);
        Codec.Decode(protocol, captured, arguments);
        Assert.Same(list, arguments.Messages);
        Assert.Same(first, list[0]);
        Assert.Same(properties, list[1].Properties);
    }

    [Theory]
    [InlineData(ThriftProtocol.Compact)]
    [InlineData(ThriftProtocol.Binary)]
    public void Instance_SetByTheCaller_IsNotTouchedByClearOrRead(ThriftProtocol protocol)
    {
        var mine = new Message { Topic = ThriftText.Utf8("mine") };
        var arguments = new SendSyncArgs { Message = mine };

        arguments.Clear();
        Codec.Decode(protocol, CapturedMessage.Get("sendSync-php", protocol), arguments);

        Assert.Equal("mine", mine.Topic.ToText());
        Assert.NotSame(mine, arguments.Message);
    }

    [Fact]
    public void FieldThatComesTwice_TheLaterOneCounts()
    {
        // message { topic "a" }, message { tags "b" }: fields 1, 1 (long form), then stop.
        byte[] bytes = Convert.FromHexString("1c" + "180161" + "00" + "0c02" + "580162" + "00" + "00");

        SendSyncArgs read = Codec.DecodeStruct<SendSyncArgs>(ThriftProtocol.Compact, bytes);

        Assert.Null(read.Message!.Topic);
        Assert.Equal("b", read.Message.Tags.ToText());
    }
}
