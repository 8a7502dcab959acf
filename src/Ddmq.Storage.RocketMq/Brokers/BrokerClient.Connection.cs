using Ddmq.Core.Diagnostics;
using Ddmq.Storage.RocketMq.Remoting;
using Microsoft.Extensions.Logging;

namespace Ddmq.Storage.RocketMq.Brokers;

/// <content>The connection's life, as it tells it.</content>
internal sealed partial class BrokerClient : IConnectionOwner
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Connects if there is no connection. Completes when the attempt has ended, with whether there is one now.</summary>
    public Task<bool> ConnectAsync()
    {
        lock (_lock)
        {
            if (_isOpen)
            {
                return Task.FromResult(true);
            }

            if (_isStopped || (_connection is null && _context.Time.GetTimestamp() < _connectNotBefore))
            {
                return Task.FromResult(false);
            }

            Connect();
            return _attempt.Task;
        }
    }

    /// <summary>Ends the connection; what is in flight is failed as unanswered.</summary>
    public async Task CloseAsync()
    {
        StopTaking();
        RemotingConnection? connection;
        lock (_lock)
        {
            connection = _connection;
        }

        if (connection is not null)
        {
            connection.Close("stopped", CallFailure.StoppedUnanswered);
            await connection.Ended.ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    void IConnectionOwner.Opened(RemotingConnection connection)
    {
        TaskCompletionSource<bool> attempt;
        lock (_lock)
        {
            _isOpen = true;
            attempt = _attempt;
        }

        // Its answer is also the proof that this is a broker.
        SendHeartbeat();
        attempt.TrySetResult(true);
        Drain(connection);
    }

    /// <inheritdoc/>
    void IConnectionOwner.Observed(int code, long elapsedTicks)
    {
        if (!RocketMqErrors.IsStored(code) && RocketMqErrors.OfCode(code).IsBrokersState)
        {
            Interlocked.Increment(ref _busyAnswers);
            _limit.Refused(_context.Time.GetTimestamp(), elapsedTicks);
            Health.Failed(isCertain: false);
        }
        else
        {
            Volatile.Write(ref _served, _served + 1);
            _limit.Served(elapsedTicks, _wasFull);
            Health.Served(elapsedTicks);
        }
    }

    /// <inheritdoc/>
    void IConnectionOwner.Replied(RemotingConnection connection)
    {
        if (_isDown)
        {
            Volatile.Write(ref _isDown, false);
            Log.Connected(_context.Logger, Name, _address.ToString());
        }

        Drain(connection);
    }

    /// <inheritdoc/>
    void IConnectionOwner.Closed(RemotingConnection connection, ConnectionEnd end)
    {
        CallQueue failed = default;
        TaskCompletionSource<bool> attempt;
        bool isNews;
        lock (_lock)
        {
            _connection = null;
            _isOpen = false;

            // How long it takes to connect again is not how fast it answers.
            _pace.RanDry();
            attempt = _attempt;
            _attempt = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _lastFailure = end.Reason;
            if (end.HasServed)
            {
                isNews = !_isStopped && !end.IsIdleClose;
                _pause = TimeSpan.Zero;
                _connectNotBefore = long.MinValue;
                if (_waiting.Count > 0 && !_isStopped)
                {
                    Connect();
                }
            }
            else
            {
                isNews = !_isStopped && !_isDown;
                _isDown = !_isStopped;
                _pause = _pause == TimeSpan.Zero ? FirstPause : _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
                _connectNotBefore = _context.Time.GetTimestamp() + _context.Ticks(_pause);
                failed = _waiting;
                _waiting = default;
            }
        }

        attempt.TrySetResult(false);
        if (isNews)
        {
            Log.Lost(_context.Logger, Name, _address.ToString(), end.Reason, end.FailedCalls);
        }

        if (!end.IsIdleClose)
        {
            Health.Failed(isCertain: true);
            _routesAreStale();
        }

        failed.FailAll(CallFailure.NotSent, end.Reason);
    }

    // Under the lock.
    private void Connect()
    {
        if (_connection is null)
        {
            _connection = new RemotingConnection(_address, _connectionOptions, this, _context.Time);
            _connection.Start();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Store + 610, LogLevel.Information, "RocketMQ broker {Broker} at {Address} is connected again")]
        public static partial void Connected(ILogger logger, string broker, string address);

        [LoggerMessage(
            EventIds.Store + 611, LogLevel.Warning, "Lost RocketMQ broker {Broker} at {Address}: {Reason}; {Calls} requests were in flight")]
        public static partial void Lost(ILogger logger, string broker, string address, string reason, int calls);

        [LoggerMessage(EventIds.Store + 612, LogLevel.Error, "A request to RocketMQ broker {Broker} could not be written and was not sent")]
        public static partial void NotWritten(ILogger logger, Exception exception, string broker);
    }
}
