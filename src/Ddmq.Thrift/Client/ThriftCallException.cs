using Ddmq.Thrift.Protocol;

namespace Ddmq.Thrift.Client;

/// <summary>The server answered that it could not make the call. The connection stays usable.</summary>
public sealed class ThriftCallException : Exception
{
    /// <param name="error">The reason given.</param>
    /// <param name="message">The text given.</param>
    public ThriftCallException(ThriftApplicationError error, string message)
        : base(message) => Error = error;

    /// <summary>The reason.</summary>
    public ThriftApplicationError Error { get; }
}
