using Ddmq.Thrift.ProducerProxy;
using Ddmq.Thrift.Protocol;

namespace Ddmq.Thrift.Client;

/// <summary>A pending call whose reply is a struct of that class.</summary>
/// <param name="method">The method, for texts.</param>
internal sealed class StructCall<TReply>(ProducerServiceMethod method) : PendingCall
    where TReply : class, IThriftStruct, new()
{
    // The caller's code must not run on the connection's receiving loop.
    private readonly TaskCompletionSource<TReply> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The reply.</summary>
    public Task<TReply> Reply => _reply.Task;

    /// <inheritdoc/>
    public override void Complete<TReader>(scoped ref TReader reader, ThriftMessageType type)
    {
        if (type == ThriftMessageType.Exception)
        {
            ThriftApplicationError error = ThriftApplicationErrors.Read(ref reader, out ReadOnlyMemory<byte> message);
            Fail(new ThriftCallException(error, $"{method}: {message.ToText()}"));
            return;
        }

        var reply = new TReply();
        reply.Read(ref reader);
        _reply.TrySetResult(reply);
    }

    /// <inheritdoc/>
    public override void Fail(Exception reason)
    {
        if (_reply.TrySetException(reason))
        {
            // The caller may have given up waiting; its exception then has no other observer.
            _ = _reply.Task.Exception;
        }
    }
}
