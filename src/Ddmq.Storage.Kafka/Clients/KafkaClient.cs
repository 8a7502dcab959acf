using Confluent.Kafka;
using Ddmq.Core.Diagnostics;
using Ddmq.Core.Messages;
using Ddmq.Storage.Kafka.Metadata;
using Ddmq.Storage.Kafka.Native;
using Ddmq.Storage.Kafka.Sending;
using Microsoft.Extensions.Logging;

namespace Ddmq.Storage.Kafka.Clients;

/// <summary>
/// One instance of librdkafka's producer, with the thread that brings its delivery reports. Thread-safe. The native handle must not be used
/// after it is gone, so every use counts itself in, and closing waits until all are out.
/// </summary>
internal sealed partial class KafkaClient
{
    private readonly ClientSet _owner;
    private readonly RecordWriter _writer;
    private readonly IProducer<byte[]?, byte[]> _producer;
    private readonly IAdminClient _metadata;
    private readonly ILogger _logger;
    private readonly bool _isAcknowledged;
    private int _users;
    private int _failed;
    private volatile bool _closed;

    private KafkaClient(ProducerBuilder<byte[]?, byte[]> builder, RecordWriter writer, bool isAcknowledged, ClientSet owner, ILogger logger)
    {
        _isAcknowledged = isAcknowledged;
        _owner = owner;
        _writer = writer;
        _logger = logger;
        builder.SetErrorHandler((_, error) => OnError(error));
        builder.SetLogHandler((_, line) => OnLog(line));
        _producer = builder.Build();
        _metadata = DependentAdmin.Create(_producer.Handle);
    }

    /// <summary>When it was started, in timestamp ticks.</summary>
    public long Started { get; private init; }

    /// <summary>Starts one; it connects in the background.</summary>
    /// <exception cref="KafkaStoreException">A property that librdkafka does not know or cannot have, or no librdkafka.</exception>
    public static KafkaClient Start(
        IReadOnlyDictionary<string, string> properties, RecordWriter writer, ClientSet owner, long now, ILogger logger)
    {
        if (LibrdKafka.WhyMissing is { } missing)
        {
            throw new KafkaStoreException($"The Kafka store {missing}.");
        }

        LibrdKafka.Use();
        try
        {
            return new KafkaClient(new ProducerBuilder<byte[]?, byte[]>(properties), writer, properties["acks"] != "0", owner, logger) { Started = now };
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or FormatException or KafkaException)
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
                return ErrorCode.Local_QueueFull;
            }

            operation.Client = this;
            operation.Partition = partition;
            _writer.Fill(operation.Record, operation.Request);
            _producer.Produce(partition.Name, operation.Record, operation.OnReport);

            // From here on the operation may be another message's: the report may have come already.
            return ErrorCode.NoError;
        }
        catch (KafkaException exception)
        {
            operation.Client = null;
            partition.Report(this, isAcknowledged: false);
            RecordWriter.Clear(operation.Record);
            FailIfFatal(exception.Error);
            return exception.Error.IsFatal ? ErrorCode.Local_Fatal : exception.Error.Code;
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
                int brokers = _metadata.GetMetadata(limit).Brokers.Count;
                return brokers > 0 ? new MetadataReply(MetadataAnswer.NotReady) : MetadataReply.Failed(ErrorCode.Local_AllBrokersDown);
            }

            TopicMetadata? found = _metadata.GetMetadata(topic, limit).Topics.Find(other => other.Topic == topic);
            return found is null
                ? MetadataReply.From(ErrorCode.UnknownTopicOrPart, 0)
                : MetadataReply.From(found.Error.Code, found.Partitions.Count);
        }
        catch (KafkaException exception)
        {
            FailIfFatal(exception.Error);
            return MetadataReply.Failed(exception.Error.Code);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>A message's delivery report, on this client's thread.</summary>
    public void Delivered(SendOperation operation, DeliveryReport<byte[]?, byte[]> report)
    {
        Error error = report.Error;
        if (error.Code == ErrorCode.NoError)
        {
            _owner.Trouble.Delivered();
        }
        else
        {
            FailIfFatal(error);
            if (KafkaErrors.ConcernsMetadata(error.Code))
            {
                _owner.TopicChanged(operation.Topic);
            }
        }

        SendResult result = KafkaErrors.ToResult(error.Code, report.Status, report.Partition.Value, report.Offset.Value, _isAcknowledged);
        KafkaTopic? waits = operation.Partition!.Report(this, result.IsOk) ? operation.Topic : null;
        RecordWriter.Clear(operation.Record);
        _owner.Settle(operation, result);
        waits?.Retry();
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
            return _producer.Flush(limit) == 0;
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
        _metadata.Dispose();
        _producer.Dispose();
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

    private void FailIfFatal(Error error)
    {
        if (error.IsFatal && Interlocked.Exchange(ref _failed, 1) == 0)
        {
            _owner.ClientFailed(this, error);
        }
    }

    private void OnLog(LogMessage line)
    {
        // What matters to an operator is reported as trouble; librdkafka's own lines repeat with every try.
        if (line.Level <= SyslogLevel.Critical)
        {
            Log.ClientWarns(_logger, line.Facility, line.Message);
        }
        else
        {
            Log.ClientSays(_logger, line.Facility, line.Message);
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
    }
}
