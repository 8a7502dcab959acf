using Ddmq.Config;

namespace Ddmq.FunctionalTests.Thrift;

/// <inheritdoc/>
public sealed class BadInputOnEpollTests() : BadInputTests(ThriftTransport.Epoll);
