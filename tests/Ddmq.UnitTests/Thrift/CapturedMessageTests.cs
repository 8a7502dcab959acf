using System.Text;
using Ddmq.Thrift.Client;
using Ddmq.Thrift.ProducerProxy;
using Ddmq.Thrift.Protocol;
using Xunit;

namespace Ddmq.UnitTests.Thrift;

/// <summary>Our codec against the bytes of Apache Thrift's Python library.</summary>
public class CapturedMessageTests
{
    private const string Uuid = "14f22520-ad72-11e7-91be-6ee54da579e3";
    private const string Body = """{"order":12345,"state":"paid"}""";

    [Theory]
    [InlineData(ThriftProtocol.Compact)]
    [InlineData(ThriftProtocol.Binary)]
    public void SendSync_AsTheSdksSendIt_IsReadFieldByField(ThriftProtocol protocol)
    {
        // name, topic, key, value, tags, body, version, properties (null: absent)
        (string Name, string Key, string? Value, string? Tags, string? Body, string Version, int? Properties)[] expected =
        [
            ("sendSync-java-plain", "A1b2C3d4E5f6G7h8", null, null, Body, "java", null),
            ("sendSync-java-builder", "A1b2C3d4E5f6G7h8", null, "a||b", Body, "java", 0),
            ("sendSync-java-properties", "A1b2C3d4E5f6G7h8", null, "a", Body, "java", 3),
            ("sendSync-go-plain", Uuid, "", "*", Body, "go_sdk_2.0.3", null),
            ("sendSync-go-builder", Uuid, "", "", Body, "go_sdk_2.0.3", 0),
            ("sendSync-php", "9e107d9d372bb6826bd81d3542a419d6", Body, null, null, "carrera_php_1.0", null),
            ("sendSync-python", "A1b2C3d4E5f6G7h8", null, null, Body, "py-0.2", null),
        ];

        foreach ((string name, string key, string? value, string? tags, string? body, string version, int? properties) in expected)
        {
            var arguments = new SendSyncArgs();
            ThriftMessageHeader header = Codec.Decode(protocol, CapturedMessage.Get(name, protocol), arguments);

            Assert.Equal("sendSync", header.Name.ToText());
            Assert.Equal(ThriftMessageType.Call, header.Type);
            Assert.Equal(CapturedMessage.SequenceId, header.SequenceId);
            Message message = arguments.Message!;
            Assert.Equal("orders", message.Topic.ToText());
            Assert.Equal(key, message.Key.ToText());
            Assert.Equal(value, message.Value.ToText());
            Assert.Equal(0, message.HashId);
            Assert.Equal(tags, message.Tags.ToText());
            Assert.Equal(-2, message.PartitionId);
            Assert.Equal(body, message.Body.ToText());
            Assert.Equal(version, message.Version.ToText());
            Assert.Equal(properties, message.Properties?.Count);
            Assert.Equal(name == "sendSync-python" ? 1000 : 50, arguments.Timeout);
        }
    }

    [Theory]
    [InlineData(ThriftProtocol.Compact)]
    [InlineData(ThriftProtocol.Binary)]
    public void Properties_AreReadInTheirOrder(ThriftProtocol protocol)
    {
        var arguments = new SendSyncArgs();

        Codec.Decode(protocol, CapturedMessage.Get("sendSync-java-properties", protocol), arguments);

        IEnumerable<string> pairs = arguments.Message!.Properties!.Entries.ToArray().Select(e => $"{e.Key.ToText()}={e.Value.ToText()}");
        Assert.Equal(["traceId=trace-1", "spanId=0.1", "isPressureTraffic=true"], pairs);
    }

    [Theory]
    [InlineData(ThriftProtocol.Compact)]
    [InlineData(ThriftProtocol.Binary)]
    public void ExtremeValues_AreRead(ThriftProtocol protocol)
    {
        var arguments = new SendSyncArgs();

        Codec.Decode(protocol, CapturedMessage.Get("sendSync-wide", protocol), arguments);

        Message message = arguments.Message!;
        Assert.Equal("bestellung-\u00fc", message.Topic.ToText());
        Assert.Equal("\u4e2d\U0001f600", message.Value.ToText());
        Assert.Equal(long.MinValue, message.HashId);
        Assert.Equal(int.MaxValue, message.PartitionId);
        Assert.Equal(long.MaxValue, arguments.Timeout);
        Assert.True(message.Body is { IsEmpty: true });
        Assert.True(message.Key is { IsEmpty: true });
        Assert.Equal(39, message.Properties!.Count);
        Assert.Equal(("p39", new string('v', 39)), (message.Properties[38].Key.ToText(), message.Properties[38].Value.ToText()));
    }

    [Theory]
    [InlineData(ThriftProtocol.Compact)]
    [InlineData(ThriftProtocol.Binary)]
    public void AbsentArguments_LeaveTheDefaults(ThriftProtocol protocol)
    {
        var arguments = new SendSyncArgs();

        Codec.Decode(protocol, CapturedMessage.Get("sendSync-no-arguments", protocol), arguments);

        Assert.Null(arguments.Message);
        Assert.Equal(0, arguments.Timeout);
    }

    [Theory]
    [InlineData(ThriftProtocol.Compact)]
    [InlineData(ThriftProtocol.Binary)]
    public void SendBatchSync_MoreThanFourteenMessages_AreAllRead(ThriftProtocol protocol)
    {
        var arguments = new SendBatchSyncArgs();

        Codec.Decode(protocol, CapturedMessage.Get("sendBatchSync-cpp", protocol), arguments);

        Assert.Equal(20, arguments.Messages!.Count);
        for (int i = 0; i < 20; i++)
        {
            Message message = arguments.Messages[i];
            Assert.Equal($"k{i:d14}", message.Key.ToText());
            Assert.Equal(i, message.HashId);
            Assert.Equal(-1, message.PartitionId);
            Assert.Equal($"body {i}", message.Body.ToText());
        }
    }

    [Theory]
    [InlineData(ThriftProtocol.Compact)]
    [InlineData(ThriftProtocol.Binary)]
    public void SendBatchSync_EmptyList_IsPresentAndEmpty(ThriftProtocol protocol)
    {
        var arguments = new SendBatchSyncArgs();

        Codec.Decode(protocol, CapturedMessage.Get("sendBatchSync-empty", protocol), arguments);

        Assert.Equal(0, arguments.Messages?.Count);
    }

    [Theory]
    [InlineData(ThriftProtocol.Compact)]
    [InlineData(ThriftProtocol.Binary)]
    public void SendDelaySync_AddAndCancel_AreReadFieldByField(ThriftProtocol protocol)
    {
        var arguments = new SendDelaySyncArgs();

        Codec.Decode(protocol, CapturedMessage.Get("sendDelaySync-add", protocol), arguments);

        DelayMessage add = arguments.DelayMessage!;
        Assert.Equal(("reminders", Body, "a", 1), (add.Topic.ToText(), add.Body.ToText(), add.Tags.ToText(), add.Action));
        Assert.Equal((1700000000L, 3, 60L, 1700003600L, 5L), (add.Timestamp, add.Dmsgtype, add.Interval, add.Expire, add.Times));
        Assert.Equal((Uuid, "java", null), (add.Uuid.ToText(), add.Version.ToText(), add.UniqDelayMsgId.ToText()));
        Assert.Equal("carrera_headers", add.Properties![0].Key.ToText());
        Assert.Equal(50, arguments.Timeout);

        Codec.Decode(protocol, CapturedMessage.Get("sendDelaySync-cancel", protocol), arguments);

        DelayMessage cancel = arguments.DelayMessage!;
        Assert.Equal(("c", "", 2), (cancel.Body.ToText(), cancel.Tags.ToText(), cancel.Action));
        Assert.Equal($"0-1700000000-3-1700003600-5-60-0-{Uuid}", cancel.UniqDelayMsgId.ToText());
        Assert.Null(cancel.Timestamp);
        Assert.Null(cancel.Dmsgtype);
        Assert.Null(cancel.Interval);
        Assert.Null(cancel.Expire);
        Assert.Null(cancel.Times);
        Assert.Null(cancel.Uuid);
        Assert.Null(cancel.Properties);
    }

    [Theory]
    [InlineData(ThriftProtocol.Compact)]
    [InlineData(ThriftProtocol.Binary)]
    public void UnknownFieldsOfEveryType_AreSkipped(ThriftProtocol protocol)
    {
        var arguments = new SendSyncArgs();

        Codec.Decode(protocol, CapturedMessage.Get("sendSync-newer-client", protocol), arguments);

        Assert.Equal("t", arguments.Message!.Topic.ToText());
        Assert.Equal("body", arguments.Message.Body.ToText());
        Assert.Equal(50, arguments.Timeout);
    }

    [Theory]
    [InlineData(ThriftProtocol.Compact)]
    [InlineData(ThriftProtocol.Binary)]
    public void KnownFieldsOfOtherTypes_AreSkippedToo(ThriftProtocol protocol)
    {
        var arguments = new SendSyncArgs();

        Codec.Decode(protocol, CapturedMessage.Get("sendSync-wrong-types", protocol), arguments);

        Message message = arguments.Message!;
        Assert.Null(message.Topic);
        Assert.Equal(0, message.HashId);
        Assert.Equal("tag", message.Tags.ToText());
        Assert.Null(message.Properties);
        Assert.Equal(0, arguments.Timeout);
    }

    [Theory]
    [InlineData(ThriftProtocol.Compact)]
    [InlineData(ThriftProtocol.Binary)]
    public void ExceptionReply_IsReadAndWrittenAlike(ThriftProtocol protocol)
    {
        byte[] captured = CapturedMessage.Get("reply-exception", protocol);

        ThriftApplicationError error;
        ReadOnlyMemory<byte> message;
        var buffer = new ThriftBuffer();
        if (protocol == ThriftProtocol.Compact)
        {
            var reader = new CompactReader(captured, ThriftLimits.Default);
            Assert.Equal(ThriftMessageType.Exception, reader.ReadMessageBegin().Type);
            error = ThriftApplicationErrors.Read(ref reader, out message);
            var writer = new CompactWriter(buffer);
            writer.WriteMessageBegin("sendNotifySync"u8, ThriftMessageType.Exception, CapturedMessage.SequenceId);
            ThriftApplicationErrors.Write(ref writer, error, message.Span);
        }
        else
        {
            var reader = new BinaryProtocolReader(captured, ThriftLimits.Default);
            Assert.Equal(ThriftMessageType.Exception, reader.ReadMessageBegin().Type);
            error = ThriftApplicationErrors.Read(ref reader, out message);
            var writer = new BinaryProtocolWriter(buffer);
            writer.WriteMessageBegin("sendNotifySync"u8, ThriftMessageType.Exception, CapturedMessage.SequenceId);
            ThriftApplicationErrors.Write(ref writer, error, message.ToText());
        }

        Assert.Equal(ThriftApplicationError.UnknownMethod, error);
        Assert.Equal("Invalid method name: 'sendNotifySync'", message.ToText());
        Assert.Equal(captured, buffer.WrittenSpan.ToArray());
    }

    [Theory]
    [InlineData(ThriftProtocol.Compact)]
    [InlineData(ThriftProtocol.Binary)]
    public void EveryMessage_DecodedAndEncoded_IsTheSameBytes(ThriftProtocol protocol)
    {
        // Python leaves out a hashId nobody set and absent arguments; we write numbers always. The two calls with
        // unknown or wrong fields lose them, and the old stub's method and the exception have no struct of ours.
        string[] different =
        [
            "sendSync-python", "sendSync-no-arguments", "sendSync-newer-client", "sendSync-wrong-types", "sendNotifySync-old-stub",
            "reply-exception",
        ];
        List<CapturedMessage> same =
            [.. CapturedMessage.All.Where(message => message.Protocol == protocol && !different.Contains(message.Name))];
        Assert.Equal(18, same.Count);
        var structs = new CallStructs();

        foreach (CapturedMessage captured in same)
        {
            ThriftMessageHeader header = Header(captured);
            Assert.True(ProducerServiceMethods.TryParse(header.Name.Span, out ProducerServiceMethod method));
            IThriftStruct call = structs.For(method, header.Type);
            Codec.Decode(protocol, captured.Bytes, call);
            byte[] encoded = Codec.Encode(protocol, ProducerServiceMethods.Name(method), header.Type, header.SequenceId, call);

            Assert.True(captured.Bytes.AsSpan().SequenceEqual(encoded), $"{captured.Name}: {Encoding.Latin1.GetString(encoded)}");
        }
    }

    private static ThriftMessageHeader Header(CapturedMessage captured) => captured.Protocol == ThriftProtocol.Compact
        ? new CompactReader(captured.Bytes, ThriftLimits.Default).ReadMessageBegin()
        : new BinaryProtocolReader(captured.Bytes, ThriftLimits.Default).ReadMessageBegin();
}
