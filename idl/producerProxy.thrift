/*
 * What a DDMQ producer and a producer proxy say to each other.
 *
 * Transport: framed (four bytes of big-endian length, then one message). Protocol: compact, as every DDMQ SDK speaks it;
 * the proxy also answers the strict binary protocol, which it knows by its first byte. Method names are bare.
 *
 * This is a contract with clients nobody can change any more. Field ids, types and defaults stay as they are; an id that
 * is unused here stays unused; a new field gets a new id at the end and is optional. The C# codec is generated from this
 * file (dotnet run --project src/Ddmq.Thrift.CodeGen), its comments included, and a test compares the two.
 *
 * Texts are UTF-8. "Absent" and "empty" are different things for every field of type string, binary or map.
 */

namespace java com.xiaojukeji.carrera.thrift
namespace cpp CarreraProducer
namespace go CarreraProducer
namespace php CarreraProducer
namespace py CarreraProducer

/** Property that marks load-test traffic. */
const string PRESSURE_TRAFFIC_KEY = "isPressureTraffic"

/** Value of `isPressureTraffic` on load-test messages. */
const string PRESSURE_TRAFFIC_ENABLE = "true"

/** Value of `isPressureTraffic` on ordinary messages. */
const string PRESSURE_TRAFFIC_DISABLE = "false"

/** Property that carries the caller's trace id. */
const string TRACE_ID = "traceId"

/** Property that carries the caller's span id. */
const string SPAN_ID = "spanId"

/** Property in which the delay builders keep the HTTP headers of a callback, as the text of a JSON object. */
const string CARRERA_HEADERS = "carrera_headers"

/** The answer to a send. */
struct Result {
    /** The result code; 0 is stored. SDKs retry on every other code. */
    1: i32 code,

    /** The code's text, and what there is to say beyond it. */
    2: string msg,

    /** The message's key. Never sent by a proxy: SDKs fill it in for their own callers. */
    3: optional string key,
}

/** One message to be stored now. */
struct Message {
    /** The topic. */
    1: string topic,

    /** The record key (RocketMQ `KEYS`, Kafka record key). SDKs make one up when the application gives none. */
    2: string key,

    /** A text body, looked at only when `body` is absent. PHP sends its body here; Go and C++ send an empty text beside `body`. */
    3: string value,

    /** Chooses the partition when `partitionId` is -1. Python does not send it, which reads as 0. */
    4: i64 hashId,

    /** Tags (RocketMQ `TAGS`), several of them joined with two vertical bars. A lone `*`, as Go and C++ send it, is a tag like any other. */
    5: string tags,

    /** 0 and up: that partition. -1: by `hashId`. -2 and below: any; every SDK sends -2 unless told otherwise. */
    6: i32 partitionId = -1,

    /** The body. Present but empty is an empty body, whatever `value` says. */
    7: optional binary body,

    /** Name and version of the SDK. */
    8: optional string version,

    /** User properties. Java and Go builders send a map of size zero when there are none. */
    9: optional map<string, string> properties,
}

/** The answer to a delay call. */
struct DelayResult {
    /** The result code; 0 is stored. */
    1: i32 code,

    /** The code's text, and what there is to say beyond it. */
    2: string msg,

    /** The id by which the delayed message can be cancelled; empty on most failures. */
    3: string uniqDelayMsgId,
}

/** One message to be stored later, or the order to forget one. */
struct DelayMessage {
    /** The topic; must be a delay topic. */
    1: string topic,

    /** The message to cancel, as returned when it was added. */
    2: optional string uniqDelayMsgId,

    /** The body. Asked for even by a cancel; SDKs send the one byte `c` there. */
    3: optional binary body,

    /** Tags of the message when it is due. */
    4: string tags,

    /** 1 add, 2 cancel. */
    5: i32 action,

    /** When the message is first due, in seconds since 1970. */
    6: optional i64 timestamp,

    /** 2 once, 3 in a loop, 4 in a loop with growing intervals. */
    7: optional i32 dmsgtype,

    /** Seconds between two rounds of a loop; the base of the growth for type 4. */
    8: optional i64 interval,

    /** When a loop ends, in seconds since 1970. */
    9: optional i64 expire,

    /** The number of rounds of a loop; 0 for a message that is due once. */
    10: optional i64 times,

    /** The caller's id for this message, a time-based UUID in lower case. Needed by an add. */
    11: optional string uuid,

    // Id 12 is unused.

    /** Name and version of the SDK. */
    13: optional string version,

    /** User properties of the message when it is due. */
    14: optional map<string, string> properties,
}

/** When and how often a delayed message is due. SDKs offer it to applications; it never travels. */
struct DelayMeta {
    /** When the message is first due, in seconds since 1970. */
    1: i64 timestamp,

    /** 2 once, 3 in a loop, 4 in a loop with growing intervals. */
    2: optional i32 dmsgtype,

    /** Seconds between two rounds of a loop; the base of the growth for type 4. */
    3: optional i64 interval,

    /** When a loop ends, in seconds since 1970. */
    4: optional i64 expire,

    /** The number of rounds of a loop. */
    5: optional i64 times,

    // Id 6 is unused.

    /** User properties of the message when it is due. */
    7: optional map<string, string> properties,
}

/**
 * An HTTP call to be made on behalf of the producer. Left over from an older service (`sendNotifySync` and
 * `sendNotifyAsync`, which old PHP and Python stubs still list and the proxy answers as unknown methods); unused.
 */
struct RestMessage {
    /** The kind of call. */
    1: byte type = 1,

    /** The mode of the call. */
    2: byte mode = 1,

    /** The address to call. */
    3: string url,

    /** The parameters. */
    4: map<string, string> params,

    /** The HTTP headers. */
    5: map<string, string> headers,

    /** When to call. */
    6: i64 timestamp,

    /** When to give up. */
    7: i64 expire,

    /** How long one call may take. */
    8: i64 timeout,

    /** How many attempts to make. */
    9: i32 retryCnt = 3,
}

/** What a producer proxy does for producers. No method declares an exception; none is oneway. */
service ProducerService {
    /** Stores one message; the reply comes when it is stored, or when the timeout has passed. */
    Result sendSync(
        /** The message. */
        1: Message message,
        /** How long the proxy may take, in ms; SDKs send 50 (Python 1000). 0 or less: the proxy's own limit. */
        2: i64 timeout),

    /** Stores a list of messages; one result covers the whole list. */
    Result sendBatchSync(
        /** The messages, of one topic or several. */
        1: list<Message> messages),

    /** Like `sendSync` with the proxy's own time limit; the reply comes when the message is stored, despite the name. */
    Result sendAsync(
        /** The message. */
        1: Message message),

    /** Adds or cancels a delayed message. */
    DelayResult sendDelaySync(
        /** The message, or the cancel order. */
        1: DelayMessage delayMessage,
        /** How long the proxy may take, in ms. */
        2: i64 timeout),
}
