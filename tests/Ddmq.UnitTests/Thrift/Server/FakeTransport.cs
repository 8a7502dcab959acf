using Ddmq.Thrift.Server;

namespace Ddmq.UnitTests.Thrift.Server;

/// <summary>A transport without a socket: the test feeds and collects.</summary>
internal sealed class FakeTransport : IConnectionTransport
{
    public int Flushes { get; private set; }

    public string RemoteAddress => "test";

    public void RequestFlush() => Flushes++;
}
