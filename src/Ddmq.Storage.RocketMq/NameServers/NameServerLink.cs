using Ddmq.Storage.RocketMq.Remoting;

namespace Ddmq.Storage.RocketMq.NameServers;

/// <summary>One connection to one name server, or to a broker that is only asked something. Thread-safe.</summary>
internal sealed class NameServerLink : IConnectionOwner
{
    private readonly RemotingConnection _connection;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource<string?> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public NameServerLink(RemotingAddress address, ConnectionOptions options, TimeProvider time)
    {
        Address = address;
        _time = time;
        _connection = new RemotingConnection(address, options, this, time);
        _connection.Start();
    }

    /// <summary>The server.</summary>
    public RemotingAddress Address { get; }

    /// <summary>Whether it can never be used again.</summary>
    public bool HasEnded => _connection.Ended.IsCompleted;

    /// <summary>Completes when everybody has been told of the end.</summary>
    public Task Ended => _connection.Ended;

    /// <summary>Asks; waits for the connection if need be.</summary>
    public async Task<RemotingReply> CallAsync(RemotingCall call, TimeSpan timeout)
    {
        try
        {
            if (await _opened.Task.WaitAsync(timeout, _time).ConfigureAwait(false) is { } failure)
            {
                return new RemotingReply(-1, [], failure);
            }

            if (_connection.TryAppend(call, int.MaxValue) != AppendResult.Appended)
            {
                return new RemotingReply(-1, [], "the connection is gone");
            }

            _connection.Flush();
            return await call.Completion.WaitAsync(timeout, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Close($"no answer within {timeout.TotalMilliseconds:0} ms");
            return new RemotingReply(-1, [], $"no answer within {timeout.TotalMilliseconds:0} ms");
        }
    }

    /// <summary>Ends it.</summary>
    public void Close(string reason) => _connection.Close(reason);

    void IConnectionOwner.Opened(RemotingConnection connection) => _opened.TrySetResult(null);

    void IConnectionOwner.Observed(int code, long elapsedTicks)
    {
        // Only sends are observed.
    }

    void IConnectionOwner.Replied(RemotingConnection connection)
    {
        // Nothing waits for room.
    }

    void IConnectionOwner.Closed(RemotingConnection connection, ConnectionEnd end) => _opened.TrySetResult(end.Reason);
}
