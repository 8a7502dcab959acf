using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Ddmq.Storage.Kafka.Native;

/// <summary>
/// One of librdkafka's producers: set up, flushed and ended. Thread-safe; nothing of it may be used once <see cref="Dispose"/> has begun.
/// Its delivery reports and errors come as events.
/// </summary>
internal sealed unsafe class NativeProducer : IDisposable
{
    private const int ReasonBytes = 512;

    // Kafka protocol guide, API keys.
    private const short ProduceApi = 0;

    private readonly Action<int, string, string> _log;

    // Where its threads find it.
    private readonly GCHandle _self;
    private bool _countsRequests;
    private long _requestsWritten;

    /// <param name="settings">Properties of librdkafka's.</param>
    /// <param name="log">Given its log lines: level as syslog's (0 is the worst), facility, text. On its threads.</param>
    /// <exception cref="ArgumentException">A property that librdkafka does not know, or a value that it cannot have.</exception>
    /// <exception cref="InvalidOperationException">Properties that do not go together, or no means for what they ask for.</exception>
    public NativeProducer(IEnumerable<KeyValuePair<string, string>> settings, Action<int, string, string> log)
    {
        _log = log;
        _self = GCHandle.Alloc(this);
        nint configuration = RdKafka.ConfigurationNew();
        try
        {
            byte* reason = stackalloc byte[ReasonBytes];
            foreach ((string name, string value) in settings)
            {
                if (RdKafka.ConfigurationSet(configuration, name, value, reason, ReasonBytes) != 0)
                {
                    throw new ArgumentException(Marshal.PtrToStringUTF8((nint)reason));
                }
            }

            RdKafka.ConfigurationSetEvents(configuration, RdKafka.EventDeliveryReports | RdKafka.EventError);
            RdKafka.ConfigurationSetOpaque(configuration, (void*)GCHandle.ToIntPtr(_self));
            RdKafka.ConfigurationSetLog(configuration, &OnLog);
            if (RdKafka.ConfigurationAddOnNew(configuration, "ddmq", &OnNew, (void*)GCHandle.ToIntPtr(_self)) is var code and not 0)
            {
                throw new InvalidOperationException($"librdkafka calls nobody for a new client (error {code})");
            }

            Handle = RdKafka.New(RdKafka.Producer, configuration, reason, ReasonBytes);
            if (Handle == 0)
            {
                throw new InvalidOperationException(Marshal.PtrToStringUTF8((nint)reason));
            }
        }
        catch
        {
            // The configuration is the producer's once there is one.
            RdKafka.ConfigurationDestroy(configuration);
            _self.Free();
            throw;
        }

        if (!_countsRequests)
        {
            // Without the count all that fails would pass for never written.
            Dispose();
            throw new InvalidOperationException("librdkafka does not tell of the requests that it writes");
        }
    }

    /// <summary>What librdkafka's functions are given.</summary>
    public nint Handle { get; }

    /// <summary>
    /// How many produce requests it has written to its connections, each to its last byte. A message that is not acknowledged is certainly not
    /// stored when none was written since the client took it. librdkafka's own word for that (<see cref="PersistenceStatus.NotPersisted"/>) is
    /// no proof: it says it, too, when a broker has answered that it does not lead the partition, and one that lost the lead may have appended the
    /// message before (docs/decisions/0020).
    /// </summary>
    public long RequestsWritten => Volatile.Read(ref _requestsWritten);

    /// <summary>Sends what waits for company, and gives it this long to be reported, which somebody has to listen to. Blocks.</summary>
    /// <returns>Whether it has no message any more.</returns>
    public bool Flush(TimeSpan limit)
    {
        _ = RdKafka.Flush(Handle, Milliseconds(limit));
        return RdKafka.QueueLength(Handle) == 0;
    }

    /// <summary>Asks how many brokers there are. Blocks for at most the limit.</summary>
    /// <returns>0, or why nobody has answered.</returns>
    public int AskForBrokers(TimeSpan limit, out int brokers)
    {
        int code = RdKafka.Metadata(Handle, 1, 0, out RdKafka.ClusterMetadata* metadata, Milliseconds(limit));
        brokers = 0;
        if (code == 0)
        {
            brokers = metadata->BrokerCount;
            RdKafka.MetadataDestroy(metadata);
        }

        return code;
    }

    /// <summary>Asks about a topic. Blocks for at most the limit.</summary>
    /// <returns>0, or why nobody has answered.</returns>
    public int AskForTopic(string name, TimeSpan limit, out ErrorCode says, out int partitions)
    {
        says = ErrorCode.UnknownTopicOrPart;
        partitions = 0;
        nint topic = RdKafka.TopicNew(Handle, name, 0);
        if (topic == 0)
        {
            return RdKafka.LastError();
        }

        int code = RdKafka.Metadata(Handle, 0, topic, out RdKafka.ClusterMetadata* metadata, Milliseconds(limit));
        RdKafka.TopicDestroy(topic);
        if (code == 0)
        {
            if (metadata->TopicCount > 0)
            {
                says = (ErrorCode)metadata->Topics->Error;
                partitions = metadata->Topics->PartitionCount;
            }

            RdKafka.MetadataDestroy(metadata);
        }

        return code;
    }

    /// <summary>Ends it; messages it still has get no report. Blocks until its threads are gone.</summary>
    public void Dispose()
    {
        RdKafka.Destroy(Handle);
        _self.Free();
    }

    // Where its threads do not run yet: afterwards there is no way to have them tell.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnNew(nint client, nint configuration, void* self, byte* reason, nuint size)
    {
        int code = RdKafka.AddOnRequestSent(client, "ddmq", &OnRequestSent, self);
        Of(self)._countsRequests = code == 0;
        return code;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnRequestSent(
        nint client, int socket, byte* broker, int brokerId, short api, short version, int correlation, nuint size, void* self)
    {
        if (api == ProduceApi)
        {
            Interlocked.Increment(ref Of(self)._requestsWritten);
        }

        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnLog(nint client, int level, byte* facility, byte* text)
    {
        // librdkafka has lines about a configuration that is not a client's yet (of plugins, with debug on): nobody is known to tell.
        if (client == 0)
        {
            return;
        }

        try
        {
            Of(RdKafka.OpaqueOf(client))._log(level, Text(facility), Text(text));
        }
        catch (Exception)
        {
            // A line less; and nobody above who could be told but a thread that this would end.
        }
    }

    private static int Milliseconds(TimeSpan limit) => (int)Math.Ceiling(limit.TotalMilliseconds);

    private static NativeProducer Of(void* self) => (NativeProducer)GCHandle.FromIntPtr((nint)self).Target!;

    private static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";
}
