using Ddmq.Thrift.ProducerProxy;
using Ddmq.Thrift.Protocol;

namespace Ddmq.UnitTests.Thrift;

/// <summary>One instance of every call struct, used again and again as a connection does.</summary>
internal sealed class CallStructs
{
    private readonly IThriftStruct[] _arguments = [new SendSyncArgs(), new SendBatchSyncArgs(), new SendAsyncArgs(), new SendDelaySyncArgs()];
    private readonly IThriftStruct[] _results =
        [new SendSyncResult(), new SendBatchSyncResult(), new SendAsyncResult(), new SendDelaySyncResult()];

    /// <summary>The struct of such a message.</summary>
    public IThriftStruct For(ProducerServiceMethod method, ThriftMessageType type) =>
        (type == ThriftMessageType.Reply ? _results : _arguments)[(int)method];

    /// <summary>Clears them all.</summary>
    public void Clear()
    {
        foreach (IThriftStruct call in _arguments.Concat(_results))
        {
            call.Clear();
        }
    }
}
