using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Ddmq.Storage.Kafka.Native;

/// <summary>
/// The part of librdkafka's interface that a message's way goes through, without the objects that Confluent.Kafka makes for each message. Names,
/// constants and layouts: rdkafka.h of librdkafka 2.0.
/// </summary>
internal static unsafe partial class RdKafka
{
    /// <summary><c>RD_KAFKA_PRODUCER</c>: a client's kind.</summary>
    public const int Producer = 0;

    /// <summary><c>RD_KAFKA_EVENT_DR</c>: delivery reports.</summary>
    public const int EventDeliveryReports = 0x1;

    /// <summary><c>RD_KAFKA_EVENT_ERROR</c>.</summary>
    public const int EventError = 0x8;

    /// <summary><c>RD_KAFKA_MSG_F_COPY</c>: the message is copied before the call returns.</summary>
    public const int CopyFlag = 0x2;

    private const int ReasonBytes = 512;

    /// <summary>Which of a message's parts an <see cref="Argument"/> is: <c>rd_kafka_vtype_t</c>.</summary>
    public enum ArgumentKind
    {
        /// <summary>A topic's handle.</summary>
        Topic = 2,

        /// <summary>The partition's number.</summary>
        Partition = 3,

        /// <summary>The value's bytes.</summary>
        Value = 4,

        /// <summary>The key's bytes.</summary>
        Key = 5,

        /// <summary>What the message's delivery report brings back.</summary>
        Opaque = 6,

        /// <summary>Flags, such as <see cref="CopyFlag"/>.</summary>
        Flags = 7,

        /// <summary>Milliseconds since 1970; 0 for now.</summary>
        Timestamp = 8,

        /// <summary>A list of headers, the client's own from then on.</summary>
        Headers = 10,
    }

    /// <summary>
    /// An error of this client, with its cause and reason when it is what the client has failed for: some calls tell a fatal error by
    /// <see cref="ErrorCode.Local_Fatal"/>, others by its cause.
    /// </summary>
    public static Error ToError(nint client, int code)
    {
        byte* reason = stackalloc byte[ReasonBytes];
        int cause = FatalError(client, reason, ReasonBytes);
        return cause != 0 && (code == cause || code == (int)ErrorCode.Local_Fatal)
            ? new Error((ErrorCode)cause, Marshal.PtrToStringUTF8((nint)reason), isFatal: true)
            : new Error((ErrorCode)code);
    }

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_topic_new", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint TopicNew(nint client, string name, nint settings);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_topic_destroy")]
    public static partial void TopicDestroy(nint topic);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_last_error")]
    public static partial int LastError();

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_produceva")]
    public static partial nint Produce(nint client, Argument* arguments, nuint count);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_error_code")]
    public static partial int ErrorCodeOf(nint error);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_error_destroy")]
    public static partial void ErrorDestroy(nint error);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_headers_new")]
    public static partial nint HeadersNew(nuint count);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_header_add")]
    public static partial int HeaderAdd(nint headers, byte* name, nint nameLength, byte* value, nint valueLength);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_headers_destroy")]
    public static partial void HeadersDestroy(nint headers);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_queue_get_main")]
    public static partial nint QueueGetMain(nint client);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_queue_destroy")]
    public static partial void QueueDestroy(nint queue);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_queue_poll")]
    public static partial nint QueuePoll(nint queue, int timeoutMs);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_queue_yield")]
    public static partial void QueueYield(nint queue);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_queue_io_event_enable")]
    public static partial void QueueIoEventEnable(nint queue, int descriptor, void* payload, nuint size);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_event_type")]
    public static partial int EventType(nint happened);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_event_message_array")]
    public static partial nuint EventMessages(nint happened, Message** messages, nuint size);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_event_error")]
    public static partial int EventErrorCode(nint happened);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_event_destroy")]
    public static partial void EventDestroy(nint happened);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_message_status")]
    public static partial int MessageStatus(Message* message);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_sasl_background_callbacks_enable")]
    public static partial nint SaslBackgroundCallbacksEnable(nint client);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_conf_new")]
    public static partial nint ConfigurationNew();

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_conf_destroy")]
    public static partial void ConfigurationDestroy(nint configuration);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_conf_set", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ConfigurationSet(nint configuration, string name, string value, byte* reason, nuint size);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_conf_set_events")]
    public static partial void ConfigurationSetEvents(nint configuration, int events);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_conf_set_opaque")]
    public static partial void ConfigurationSetOpaque(nint configuration, void* opaque);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_conf_set_log_cb")]
    public static partial void ConfigurationSetLog(nint configuration, delegate* unmanaged[Cdecl]<nint, int, byte*, byte*, void> onLog);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_conf_interceptor_add_on_new", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ConfigurationAddOnNew(
        nint configuration, string name, delegate* unmanaged[Cdecl]<nint, nint, void*, byte*, nuint, int> onNew, void* opaque);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_interceptor_add_on_request_sent", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int AddOnRequestSent(
        nint client,
        string name,
        delegate* unmanaged[Cdecl]<nint, int, byte*, int, short, short, int, nuint, void*, int> onRequestSent,
        void* opaque);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_new")]
    public static partial nint New(int type, nint configuration, byte* reason, nuint size);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_opaque")]
    public static partial void* OpaqueOf(nint client);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_flush")]
    public static partial int Flush(nint client, int limitMs);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_outq_len")]
    public static partial int QueueLength(nint client);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_destroy")]
    public static partial void Destroy(nint client);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_metadata")]
    public static partial int Metadata(nint client, int allTopics, nint topic, out ClusterMetadata* metadata, int limitMs);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_metadata_destroy")]
    public static partial void MetadataDestroy(ClusterMetadata* metadata);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_fatal_error")]
    private static partial int FatalError(nint client, byte* reason, nuint size);

    /// <summary><c>rd_kafka_vu_t</c>: one of a message's parts.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 72)]
    public struct Argument
    {
        [FieldOffset(0)]
        public ArgumentKind Kind;

        [FieldOffset(8)]
        public nint Pointer;

        [FieldOffset(8)]
        public int Int32;

        [FieldOffset(8)]
        public long Int64;

        /// <summary>Of the bytes that <see cref="Pointer"/> leads to.</summary>
        [FieldOffset(16)]
        public nuint Size;
    }

    /// <summary><c>rd_kafka_message_t</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Message
    {
        public int Error;
        public nint Topic;
        public int Partition;
        public byte* Value;
        public nuint ValueLength;
        public byte* Key;
        public nuint KeyLength;
        public long Offset;
        public nint Opaque;
    }
    /// <summary><c>rd_kafka_metadata_t</c>, its beginning.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct ClusterMetadata
    {
        public int BrokerCount;
        public nint Brokers;
        public int TopicCount;
        public TopicMetadata* Topics;
    }

    /// <summary><c>rd_kafka_metadata_topic_t</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct TopicMetadata
    {
        public nint Name;
        public int PartitionCount;
        public nint Partitions;
        public int Error;
    }
}
