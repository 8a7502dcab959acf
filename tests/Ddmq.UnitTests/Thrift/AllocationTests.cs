using Ddmq.Thrift.ProducerProxy;
using Ddmq.Thrift.Protocol;
using Xunit;

namespace Ddmq.UnitTests.Thrift;

/// <summary>Once warm, a connection's codec allocates nothing.</summary>
public class AllocationTests
{
    [Theory]
    [InlineData(ThriftProtocol.Compact, "sendSync-java-properties")]
    [InlineData(ThriftProtocol.Binary, "sendSync-java-properties")]
    [InlineData(ThriftProtocol.Compact, "sendSync-wide")]
    [InlineData(ThriftProtocol.Compact, "sendSync-newer-client")]
    public void SendSync_DecodedAndAnswered_AllocatesNothing(ThriftProtocol protocol, string name)
    {
        byte[] call = CapturedMessage.Get(name, protocol);
        var arguments = new SendSyncArgs();
        var result = new SendSyncResult { Success = new Result { Code = 0, Msg = "OK"u8.ToArray() } };
        var buffer = new ThriftBuffer();
        Serve(protocol, call, arguments, result, buffer, 100);

        Assert.Equal(0, Allocated.By(() => Serve(protocol, call, arguments, result, buffer, 1000)));
    }

    [Fact]
    public void SendBatchSync_Decoded_AllocatesNothing()
    {
        byte[] call = CapturedMessage.Get("sendBatchSync-cpp", ThriftProtocol.Compact);
        var arguments = new SendBatchSyncArgs();
        DecodeAndClear(call, arguments, 100);

        Assert.Equal(0, Allocated.By(() => DecodeAndClear(call, arguments, 1000)));
    }

    private static void Serve(
        ThriftProtocol protocol, byte[] call, SendSyncArgs arguments, SendSyncResult result, ThriftBuffer buffer, int times)
    {
        for (int i = 0; i < times; i++)
        {
            buffer.BeginFrame();
            if (protocol == ThriftProtocol.Compact)
            {
                var reader = new CompactReader(call, ThriftLimits.Default);
                ThriftMessageHeader header = reader.ReadMessageBegin();
                arguments.Read(ref reader);
                var writer = new CompactWriter(buffer);
                writer.WriteMessageBegin(header.Name.Span, ThriftMessageType.Reply, header.SequenceId);
                result.Write(ref writer);
            }
            else
            {
                var reader = new BinaryProtocolReader(call, ThriftLimits.Default);
                ThriftMessageHeader header = reader.ReadMessageBegin();
                arguments.Read(ref reader);
                var writer = new BinaryProtocolWriter(buffer);
                writer.WriteMessageBegin(header.Name.Span, ThriftMessageType.Reply, header.SequenceId);
                result.Write(ref writer);
            }

            buffer.EndFrame();
            arguments.Clear();
            buffer.Reset();
        }
    }

    private static void DecodeAndClear(byte[] call, SendBatchSyncArgs arguments, int times)
    {
        for (int i = 0; i < times; i++)
        {
            var reader = new CompactReader(call, ThriftLimits.Default);
            reader.ReadMessageBegin();
            arguments.Read(ref reader);
            arguments.Clear();
        }
    }
}
