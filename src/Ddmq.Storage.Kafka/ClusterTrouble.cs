using Ddmq.Core.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Ddmq.Storage.Kafka;

/// <summary>
/// Whether the cluster takes messages, in a line for an operator. Its beginning, a change of its reason and its end are logged once each.
/// Thread-safe; asking costs one read.
/// </summary>
internal sealed partial class ClusterTrouble(string brokers, ILogger logger)
{
    private readonly Lock _lock = new();
    private string? _unreachable;
    private string? _failing;
    private string? _text;

    /// <summary>Null when all is well.</summary>
    public string? Text => Volatile.Read(ref _text);

    /// <summary>Whether the last thing known is that no broker can be used.</summary>
    public bool IsUnreachable => Volatile.Read(ref _unreachable) is not null;

    /// <summary>No broker answers, or none lets us in. Ends with <see cref="Reached"/> or <see cref="Delivered"/>.</summary>
    public void Unreachable(string reason) => Change(
        ref _unreachable,
        $"Kafka at {brokers}: {reason}. Check that the brokers run and can be reached from here, and the security settings.");

    /// <summary>The client itself has failed. Ends with <see cref="Delivered"/>: only that shows that the next one works.</summary>
    public void ClientFailed(string reason) => Change(ref _failing, $"Kafka at {brokers}: the client failed and is replaced ({reason}).");

    /// <summary>A broker answers.</summary>
    public void Reached() => Change(ref _unreachable, null);

    /// <summary>A message has been stored.</summary>
    public void Delivered()
    {
        if (Text is not null)
        {
            Change(ref _unreachable, null);
            Change(ref _failing, null);
        }
    }

    private void Change(ref string? reason, string? text)
    {
        lock (_lock)
        {
            Volatile.Write(ref reason, text);
            string? before = _text;
            string? now = _failing ?? _unreachable;
            if (now == before)
            {
                return;
            }

            Volatile.Write(ref _text, now);
            if (now is null)
            {
                Log.Over(logger, brokers);
            }
            else
            {
                Log.Began(logger, now);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Store + 301, LogLevel.Error, "{Trouble}")]
        public static partial void Began(ILogger logger, string trouble);

        [LoggerMessage(EventIds.Store + 302, LogLevel.Warning, "Kafka at {Brokers} can be used again.")]
        public static partial void Over(ILogger logger, string brokers);
    }
}
