using System.Collections.Concurrent;
using Confluent.Kafka;
using Ddmq.Core.Diagnostics;
using Ddmq.Core.Messages;
using Ddmq.Core.Storage;
using Ddmq.Storage.Kafka.Metadata;
using Ddmq.Storage.Kafka.Native;
using Ddmq.Storage.Kafka.Sending;
using Microsoft.Extensions.Logging;

namespace Ddmq.Storage.Kafka.Clients;

/// <summary>
/// One instance of librdkafka's producer. Thread-safe. The native handle must not be used after it is gone, so every use counts itself in, and
/// closing waits until all are out. Of Confluent.Kafka only the names of errors are used: its producer allocates several objects for each message
/// (<see cref="RecordWriter"/>, <see cref="ReportLoop"/>), and tells nothing of the requests that are written (<see cref="NativeProducer"/>).
/// </summary>
internal sealed partial class KafkaClient
{
    // Of syslog's levels.
    private const int Critical = 2;

    private readonly ClientSet _owner;
    private readonly NativeProducer _producer;
    private readonly nint _handle;
    private readonly ReportLoop _reports;
    private readonly ConcurrentDictionary<string, nint> _topics = new();
    private readonly ILogger _logger;
    private readonly bool _isAcknowledged;
    private int _users;
    private int _failed;
    private volatile bool _closed;

    private KafkaClient(Dictionary<string, string> properties, ClientSet owner, ILogger logger, WatchDescriptor? watch)
    {
        _isAcknowledged = properties["acks"] != "0";
        _owner = owner;
        _logger = logger;
        _producer = new NativeProducer(properties, OnLog);
        _handle = _producer.Handle;
        _reports = new ReportLoop(_handle, Delivered, OnError);
        _reports.Start(watch);
    }

    /// <summary>When it was started, in timestamp ticks.</summary>
    public long Started { get; private init; }

    /// <summary>Starts one; it connects in the background.</summary>
    /// <exception cref="KafkaStoreException">A property that librdkafka does not know or cannot have, or no librdkafka.</exception>
    public static KafkaClient Start(
        Dictionary<string, string> properties, ClientSet owner, long now, ILogger logger, WatchDescriptor? watch)
    {
        if (LibrdKafka.WhyMissing is { } missing)
        {
            throw new KafkaStoreException($"The Kafka store {missing}.");
        }

        LibrdKafka.Use();
        try
        {
            var client = new KafkaClient(properties, owner, logger, watch) { Started = now };
            if (properties.ContainsKey(ClientProperties.TokenCallbacks))
            {
                // Fails only where the property above is not set.
                _ = RdKafka.SaslBackgroundCallbacksEnable(client._handle);
            }

            return client;
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            throw new KafkaStoreException($"The Kafka client refuses its settings: {exception.Message.TrimEnd('.')}.", exception);
        }
    }

    /// <summary>See <see cref="IKafkaClients.Produce"/>. <see cref="ErrorCode.Local_Destroy"/> when this client is closed.</summary>
    public ErrorCode Produce(SendOperation operation, KafkaPartition partition)
    {
        if (!TryEnter())
        {
            return ErrorCode.Local_Destroy;
        }

        try
        {
            if (!partition.MaySend(this))
            {
                return ErrorCode.Local_InProgress;
            }

            operation.Client = this;
            operation.Partition = partition;
            operation.WrittenBefore = _producer.RequestsWritten;
            int code = TopicHandle(partition.Name.Topic, out nint topic);
            if (code == 0)
            {
                code = RecordWriter.Produce(_handle, topic, partition.Name.Partition.Value, operation.Request, operation.Opaque);
            }

            if (code == 0)
            {
                // From here on the operation may be another message's: the report may have come already.
                return ErrorCode.NoError;
            }

            operation.Client = null;
            partition.Report(this, isAcknowledged: false);
            Error error = RdKafka.ToError(_handle, code);
            FailIfFatal(error);
            return error.IsFatal ? ErrorCode.Local_Fatal : error.Code;
        }
        catch (Exception exception)
        {
            // Nobody above may see this: a sender's thread, or the timer's. Memory that has run out, for one.
            Log.Unexpected(_logger, exception);
            operation.Client = null;
            partition.Report(this, isAcknowledged: false);
            return ErrorCode.Local_Fail;
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>See <see cref="IKafkaClients.Ask"/>.</summary>
    public MetadataReply Ask(string? topic, TimeSpan limit)
    {
        if (!TryEnter())
        {
            return MetadataReply.Failed(ErrorCode.Local_Destroy);
        }

        try
        {
            if (topic is null)
            {
                return _producer.AskForBrokers(limit, out int brokers) is var code and not 0 ? NobodyAnswered(code)
                    : brokers > 0 ? new MetadataReply(MetadataAnswer.NotReady)
                    : MetadataReply.Failed(ErrorCode.Local_AllBrokersDown);
            }

            return _producer.AskForTopic(topic, limit, out ErrorCode says, out int partitions) is var failure and not 0
                ? NobodyAnswered(failure)
                : MetadataReply.From(says, partitions);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Sends what waits for company, and gives it this long to be settled. Blocks.</summary>
    /// <returns>Whether the client has no message any more.</returns>
    public bool Flush(TimeSpan limit)
    {
        if (!TryEnter())
        {
            return true;
        }

        try
        {
            return _producer.Flush(limit);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>
    /// Takes no more messages and frees everything; messages it still has get no report. Blocks until its threads are gone. Once.
    /// </summary>
    public void Close()
    {
        _closed = true;
        SpinWait.SpinUntil(() => Volatile.Read(ref _users) == 0);
        _reports.End();
        foreach (nint topic in _topics.Values)
        {
            RdKafka.TopicDestroy(topic);
        }

        _producer.Dispose();
    }

    // A handle for each topic for as long as the client lives: librdkafka looks up a topic's name once.
    private int TopicHandle(string name, out nint topic)
    {
        if (_topics.TryGetValue(name, out topic))
        {
            return 0;
        }

        topic = RdKafka.TopicNew(_handle, name, 0);
        if (topic == 0)
        {
            return RdKafka.LastError();
        }

        nint kept = _topics.GetOrAdd(name, topic);
        if (kept != topic)
        {
            RdKafka.TopicDestroy(topic);
            topic = kept;
        }

        return 0;
    }

    // A message's delivery report, where reports come.
    private void Delivered(SendOperation operation, ReportLoop.Report report)
    {
        try
        {
            ErrorCode code = ErrorCode.NoError;
            if (report.Code == 0)
            {
                _owner.Trouble.Delivered();
            }
            else
            {
                Error error = RdKafka.ToError(_handle, report.Code);
                code = error.Code;
                FailIfFatal(error);
                if (KafkaErrors.ConcernsMetadata(code))
                {
                    _owner.TopicChanged(operation.Topic);
                }
            }

            SendResult result = KafkaErrors.ToResult(
                code, report.Status, _producer.RequestsWritten != operation.WrittenBefore, report.Partition, report.Offset, _isAcknowledged);
            KafkaTopic? waits = operation.Partition!.Report(this, result.IsOk) ? operation.Topic : null;
            _owner.Settle(operation, result);
            waits?.Retry();
        }
        catch (Exception exception)
        {
            // The messages behind it are to have their reports.
            Log.ReportThrew(_logger, exception);
        }
    }

    private bool TryEnter()
    {
        // The increment is a full fence: either Close sees it, or this sees that it is closed.
        Interlocked.Increment(ref _users);
        if (!_closed)
        {
            return true;
        }

        Leave();
        return false;
    }

    private void Leave() => Interlocked.Decrement(ref _users);

    private void OnError(Error error)
    {
        FailIfFatal(error);
        if (error.Code is ErrorCode.Local_AllBrokersDown or ErrorCode.Local_Authentication or ErrorCode.Local_Ssl
            or ErrorCode.SaslAuthenticationFailed)
        {
            _owner.Trouble.Unreachable(KafkaErrors.TextOf(error.Code));
            _owner.LookAgain();
        }
    }

    private MetadataReply NobodyAnswered(int code)
    {
        Error error = RdKafka.ToError(_handle, code);
        FailIfFatal(error);
        return MetadataReply.Failed(error.Code);
    }

    private void FailIfFatal(Error error)
    {
        if (error.IsFatal && Interlocked.Exchange(ref _failed, 1) == 0)
        {
            _owner.ClientFailed(this, error);
        }
    }

    private void OnLog(int level, string facility, string text)
    {
        // What matters to an operator is reported as trouble; librdkafka's own lines repeat with every try.
        if (level <= Critical)
        {
            Log.ClientWarns(_logger, facility, text);
        }
        else
        {
            Log.ClientSays(_logger, facility, text);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Store + 303, LogLevel.Warning, "librdkafka {Facility}: {Line}")]
        public static partial void ClientWarns(ILogger logger, string facility, string line);

        [LoggerMessage(EventIds.Store + 304, LogLevel.Debug, "librdkafka {Facility}: {Line}")]
        public static partial void ClientSays(ILogger logger, string facility, string line);

        [LoggerMessage(EventIds.Store + 305, LogLevel.Error, "Unexpected exception while a message was handed to the Kafka client")]
        public static partial void Unexpected(ILogger logger, Exception exception);

        [LoggerMessage(EventIds.Store + 309, LogLevel.Error, "Unexpected exception while a Kafka delivery report was handled")]
        public static partial void ReportThrew(ILogger logger, Exception exception);
    }
}
