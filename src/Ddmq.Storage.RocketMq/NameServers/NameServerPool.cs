using Ddmq.Core.Diagnostics;
using Ddmq.Storage.RocketMq.Remoting;
using Microsoft.Extensions.Logging;

namespace Ddmq.Storage.RocketMq.NameServers;

/// <summary>
/// The cluster's name servers: one connection at a time, the next server of the list when one fails. They do not talk to each other, but
/// brokers register with all. Thread-safe.
/// </summary>
internal sealed partial class NameServerPool
{
    // RocketMQ's own clients wait as long.
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(3);

    private readonly RemotingAddress[] _addresses;
    private readonly ConnectionOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private NameServerLink? _link;
    private int _current;
    private bool _isStopped;
    private volatile string? _trouble;

    public NameServerPool(IEnumerable<RemotingAddress> addresses, ConnectionOptions options, TimeProvider time, ILogger logger)
    {
        _addresses = [.. addresses];
        _current = Random.Shared.Next(_addresses.Length);

        // Name servers read every encoding; JSON is the one they answer with.
        _options = options with { Encoding = HeaderEncoding.Json };
        _time = time;
        _logger = logger;
    }

    /// <summary>Null when the last question was answered; otherwise what went wrong with each server.</summary>
    public string? Trouble => _trouble;

    /// <summary>Asks for a topic's route. Throws nothing; takes at most some seconds for each server.</summary>
    public async Task<RouteAnswer> QueryAsync(string topic)
    {
        var failures = new List<string>();
        // Once more than there are servers: the first connection may just have been closed for idleness.
        for (int attempt = 0; attempt <= _addresses.Length; attempt++)
        {
            if (Take() is not { } link)
            {
                return RouteAnswer.Unreachable;
            }

            var call = new RemotingCall(RequestCode.GetRoute, [], ("topic", topic));
            RemotingReply reply = await link.CallAsync(call, CallTimeout).ConfigureAwait(false);
            switch (reply.Code)
            {
                case ResponseCode.Success when RouteJson.TryParse(reply.Body) is { } route:
                    Answered(link);
                    return new RouteAnswer(route, IsUnknown: false, reply.Body);
                case ResponseCode.TopicNotExist:
                    Answered(link);
                    return new RouteAnswer(null, IsUnknown: true);
            }

            string reason = reply.Code switch
            {
                ResponseCode.Success => "it sent a route that cannot be read",
                > 0 => $"it answered {reply.Code}: {reply.Text}",
                _ => reply.Text ?? "no answer",
            };
            failures.Add($"{link.Address}: {reason}");
            Leave(link, reason);
        }

        string trouble = string.Join("; ", failures);
        if (_trouble is null && !_isStopped)
        {
            Log.Unreachable(_logger, trouble);
        }

        _trouble = trouble;
        return RouteAnswer.Unreachable;
    }

    /// <summary>Ends the connection; later questions are not answered.</summary>
    public async Task StopAsync()
    {
        NameServerLink? link;
        lock (_lock)
        {
            _isStopped = true;
            link = _link;
            _link = null;
        }

        if (link is not null)
        {
            link.Close("stopped");
            await link.Ended.ConfigureAwait(false);
        }
    }

    private NameServerLink? Take()
    {
        lock (_lock)
        {
            if (_isStopped)
            {
                return null;
            }

            // An idle connection that the server has closed is no failure: the same server once more.
            return _link is { HasEnded: false } link ? link : _link = new NameServerLink(_addresses[_current], _options, _time);
        }
    }

    private void Leave(NameServerLink link, string reason)
    {
        lock (_lock)
        {
            if (ReferenceEquals(_link, link))
            {
                _link = null;
                _current = (_current + 1) % _addresses.Length;
            }
        }

        link.Close(reason);
    }

    private void Answered(NameServerLink link)
    {
        if (_trouble is not null)
        {
            _trouble = null;
            Log.Reachable(_logger, link.Address.ToString());
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Store + 600, LogLevel.Warning, "No RocketMQ name server answers, known routes stay in use: {Reason}")]
        public static partial void Unreachable(ILogger logger, string reason);

        [LoggerMessage(EventIds.Store + 601, LogLevel.Information, "RocketMQ name server {Address} answers again")]
        public static partial void Reachable(ILogger logger, string address);
    }
}
