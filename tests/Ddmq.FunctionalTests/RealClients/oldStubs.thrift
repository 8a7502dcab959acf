/*
 * The service as the stubs of the PHP and Python SDKs know it: messages without properties, and two methods that no proxy
 * has any more. Only for the tests; the contract is idl/producerProxy.thrift.
 */

namespace java oldstubs
namespace cpp OldStubs
namespace php OldStubs
namespace py OldStubs

struct OldResult {
    1: i32 code,
    2: string msg,
    3: optional string key,
}

struct OldMessage {
    1: string topic,
    2: string key,
    3: string value,
    4: i64 hashId,
    5: string tags,
    6: i32 partitionId = -1,
    7: optional binary body,
    8: optional string version,
}

struct OldRestMessage {
    3: string url,
    6: i64 timestamp,
    9: i32 retryCnt = 3,
}

struct Notify {
    1: string topic,
    2: string key,
    3: OldRestMessage value,
    4: i32 ptag = -1,
}

service OldProducerService {
    OldResult sendSync(1: OldMessage message, 2: i64 timeout),
    OldResult sendNotifySync(1: Notify message, 2: i64 timeout),
    OldResult sendNotifyAsync(1: Notify message),
}
