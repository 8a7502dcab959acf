using System.Reflection;
using Ddmq.Thrift.ProducerProxy;
using Ddmq.Thrift.Protocol;
using Xunit;

namespace Ddmq.UnitTests.Thrift;

/// <summary>
/// The wire contract, typed by hand. SDKs in the field were compiled against these numbers: a test that fails here is
/// to be answered by taking the change back, not by changing the table. New fields are added at the end.
/// </summary>
public class WireTableTests
{
    // What is written with every property set, and what even a fresh instance writes.
    [Theory]
    [InlineData(typeof(Result), "1:I32 2:String 3:String", "1:I32")]
    [InlineData(
        typeof(Message),
        "1:String 2:String 3:String 4:I64 5:String 6:I32 7:String 8:String 9:Map",
        "4:I64 6:I32")]
    [InlineData(typeof(DelayResult), "1:I32 2:String 3:String", "1:I32")]
    [InlineData(
        typeof(DelayMessage),
        "1:String 2:String 3:String 4:String 5:I32 6:I64 7:I32 8:I64 9:I64 10:I64 11:String 13:String 14:Map",
        "5:I32")]
    [InlineData(typeof(DelayMeta), "1:I64 2:I32 3:I64 4:I64 5:I64 7:Map", "1:I64")]
    [InlineData(
        typeof(RestMessage),
        "1:Byte 2:Byte 3:String 4:Map 5:Map 6:I64 7:I64 8:I64 9:I32",
        "1:Byte 2:Byte 6:I64 7:I64 8:I64 9:I32")]
    [InlineData(typeof(SendSyncArgs), "1:Struct 2:I64", "2:I64")]
    [InlineData(typeof(SendBatchSyncArgs), "1:List", "")]
    [InlineData(typeof(SendAsyncArgs), "1:Struct", "")]
    [InlineData(typeof(SendDelaySyncArgs), "1:Struct 2:I64", "2:I64")]
    [InlineData(typeof(SendSyncResult), "0:Struct", "")]
    [InlineData(typeof(SendBatchSyncResult), "0:Struct", "")]
    [InlineData(typeof(SendAsyncResult), "0:Struct", "")]
    [InlineData(typeof(SendDelaySyncResult), "0:Struct", "")]
    public void Struct_FieldIdsAndTypes_AreFrozen(Type type, string all, string always)
    {
        var fresh = (IThriftStruct)Activator.CreateInstance(type)!;
        var full = (IThriftStruct)Activator.CreateInstance(type)!;
        foreach (PropertyInfo property in type.GetProperties())
        {
            property.SetValue(full, Activator.CreateInstance(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType));
        }

        Assert.Equal(all, Fields(full));
        Assert.Equal(always, Fields(fresh));
        full.Clear();
        Assert.Equal(always, Fields(full));
    }

    [Fact]
    public void EveryGeneratedStruct_IsInTheTable()
    {
        IEnumerable<object?> listed = typeof(WireTableTests).GetMethod(nameof(Struct_FieldIdsAndTypes_AreFrozen))!
            .GetCustomAttributes<InlineDataAttribute>().Select(row => row.GetData(null!).Single()[0]);

        IEnumerable<Type> existing = typeof(Message).Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(Message).Namespace && type.IsAssignableTo(typeof(IThriftStruct)));

        Assert.Equal(existing.OrderBy(type => type.Name), listed.Cast<Type>().OrderBy(type => type.Name));
    }

    [Fact]
    public void Defaults_AreFrozen()
    {
        Assert.Equal(-1, new Message().PartitionId);
        Assert.Equal(0, new Message().HashId);
        Assert.Equal((1, 1, 3), (new RestMessage().Type, new RestMessage().Mode, new RestMessage().RetryCnt));
        Assert.Equal((0, 0), (new Result().Code, new DelayMessage().Action));

        // Clear and an empty struct from the wire lead to the same values.
        var message = new Message { PartitionId = 5 };
        message.Clear();
        Assert.Equal(-1, message.PartitionId);
        message.PartitionId = 5;
        Assert.Equal(-1, Codec.DecodeStruct(ThriftProtocol.Compact, new byte[] { 0 }, message).PartitionId);
    }

    [Theory]
    [InlineData(ProducerServiceMethod.SendSync, 0, "sendSync")]
    [InlineData(ProducerServiceMethod.SendBatchSync, 1, "sendBatchSync")]
    [InlineData(ProducerServiceMethod.SendAsync, 2, "sendAsync")]
    [InlineData(ProducerServiceMethod.SendDelaySync, 3, "sendDelaySync")]
    public void Method_NameOnTheWire_IsFrozen(ProducerServiceMethod method, int number, string name)
    {
        byte[] utf8 = System.Text.Encoding.UTF8.GetBytes(name);

        Assert.Equal(number, (int)method);
        Assert.True(ProducerServiceMethods.Name(method).SequenceEqual(utf8));
        Assert.True(ProducerServiceMethods.TryParse(utf8, out ProducerServiceMethod parsed));
        Assert.Equal(method, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("sendsync")]
    [InlineData("sendSync2")]
    [InlineData("sendNotifySync")]
    public void Method_OfAnotherName_IsNotFound(string name) =>
        Assert.False(ProducerServiceMethods.TryParse(System.Text.Encoding.UTF8.GetBytes(name), out _));

    [Fact]
    public void Constants_AreFrozen()
    {
        Assert.True(ProducerProxyConstants.PressureTrafficKey.SequenceEqual("isPressureTraffic"u8));
        Assert.True(ProducerProxyConstants.PressureTrafficEnable.SequenceEqual("true"u8));
        Assert.True(ProducerProxyConstants.PressureTrafficDisable.SequenceEqual("false"u8));
        Assert.True(ProducerProxyConstants.TraceId.SequenceEqual("traceId"u8));
        Assert.True(ProducerProxyConstants.SpanId.SequenceEqual("spanId"u8));
        Assert.True(ProducerProxyConstants.CarreraHeaders.SequenceEqual("carrera_headers"u8));
    }

    private static string Fields(IThriftStruct source)
    {
        var fields = new List<string>();
        var writer = new RecordingWriter(fields);
        source.Write(ref writer);
        return string.Join(' ', fields);
    }
}
