using Ddmq.Proxy.Configuration;

namespace Ddmq.FunctionalTests.Thrift;

/// <inheritdoc/>
public sealed class BadInputOnKestrelTests() : BadInputTests(ThriftTransport.Kestrel);
