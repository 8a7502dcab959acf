namespace Ddmq.Config;

/// <summary>Who moves the bytes of the Thrift port.</summary>
internal enum ThriftTransport
{
    /// <summary>Our own event loops over epoll.</summary>
    Epoll,

    /// <summary>Kestrel, the framework's server.</summary>
    Kestrel,
}
