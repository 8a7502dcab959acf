using Ddmq.Proxy.Configuration;

namespace Ddmq.FunctionalTests.Thrift;

/// <inheritdoc/>
public sealed class BadInputOnEpollTests() : BadInputTests(ThriftTransport.Epoll);
