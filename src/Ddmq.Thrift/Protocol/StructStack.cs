using System.Runtime.CompilerServices;

namespace Ddmq.Thrift.Protocol;

/// <summary>The last field ids of the structs around the current one: the compact protocol writes ids as differences.</summary>
[InlineArray(ThriftLimits.HighestMaxDepth)]
internal struct StructStack
{
    private short _lastFieldId;
}
