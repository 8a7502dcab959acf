using Ddmq.Config;

namespace Ddmq.FunctionalTests.Thrift;

/// <inheritdoc/>
public sealed class BadInputOnKestrelTests() : BadInputTests(ThriftTransport.Kestrel);
