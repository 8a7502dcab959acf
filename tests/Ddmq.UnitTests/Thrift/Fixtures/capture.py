"""Writes captured.txt: messages as Apache Thrift's Python library encodes them. See README.md."""
import sys

from thrift.Thrift import TApplicationException, TMessageType, TType
from thrift.protocol import TBinaryProtocol, TCompactProtocol
from thrift.transport import TTransport

from CarreraProducer import ProducerService
from CarreraProducer.ttypes import DelayMessage, DelayResult, Message, Result

SEQUENCE_ID = 4711
UUID = '14f22520-ad72-11e7-91be-6ee54da579e3'
BODY = b'{"order":12345,"state":"paid"}'


def call(method, *arguments):
    def write(protocol):
        client = ProducerService.Client(protocol)
        client._seqid = SEQUENCE_ID
        getattr(client, 'send_' + method)(*arguments)
    return write


def reply(method, result):
    def write(protocol):
        protocol.writeMessageBegin(method, TMessageType.REPLY, SEQUENCE_ID)
        getattr(ProducerService, method + '_result')(success=result).write(protocol)
        protocol.writeMessageEnd()
    return write


def exception(method, kind, text):
    def write(protocol):
        protocol.writeMessageBegin(method, TMessageType.EXCEPTION, SEQUENCE_ID)
        TApplicationException(kind, text).write(protocol)
        protocol.writeMessageEnd()
    return write


def struct(protocol, *fields):
    protocol.writeStructBegin('')
    for number, kind, write in fields:
        protocol.writeFieldBegin('', kind, number)
        write(protocol)
        protocol.writeFieldEnd()
    protocol.writeFieldStop()
    protocol.writeStructEnd()


def many(begin, end, *writes):
    def write(protocol):
        begin(protocol)
        for one in writes:
            one(protocol)
        end(protocol)
    return write


def listed(kind, *writes):
    return many(lambda p: p.writeListBegin(kind, len(writes)), lambda p: p.writeListEnd(), *writes)


def every_type():
    """A field of each type, under ids the IDL does not know."""
    text = lambda p: p.writeString('text')
    number = lambda p: p.writeI32(-70000)
    inner = lambda p: struct(p, (1, TType.BOOL, lambda q: q.writeBool(False)), (300, TType.STRING, text))
    return (
        (101, TType.BOOL, lambda p: p.writeBool(True)),
        (102, TType.BOOL, lambda p: p.writeBool(False)),
        (103, TType.BYTE, lambda p: p.writeByte(-3)),
        (104, TType.DOUBLE, lambda p: p.writeDouble(-2.5)),
        (105, TType.I16, lambda p: p.writeI16(-300)),
        (106, TType.I32, number),
        (107, TType.I64, lambda p: p.writeI64(-(2 ** 63))),
        (108, TType.STRING, text),
        (109, TType.STRUCT, inner),
        (140, TType.MAP, many(lambda p: p.writeMapBegin(TType.I32, TType.STRUCT, 1), lambda p: p.writeMapEnd(), number, inner)),
        (141, TType.MAP, many(lambda p: p.writeMapBegin(TType.STRING, TType.STRING, 0), lambda p: p.writeMapEnd())),
        (142, TType.SET, many(lambda p: p.writeSetBegin(TType.STRING, 2), lambda p: p.writeSetEnd(), text, text)),
        (143, TType.LIST, listed(TType.BOOL, lambda p: p.writeBool(True), lambda p: p.writeBool(False))),
        (144, TType.LIST, listed(TType.DOUBLE, lambda p: p.writeDouble(1e300))),
        (145, TType.LIST, listed(TType.I64, *[lambda p: p.writeI64(2 ** 40)] * 20)),
        (146, TType.LIST, listed(TType.LIST, listed(TType.STRUCT, inner, inner))),
    )


def newer_client(protocol):
    """sendSync from a client whose IDL has grown: unknown fields before, between and after the known ones."""
    message = lambda p: struct(
        p, (1, TType.STRING, lambda q: q.writeString('t')), *every_type(), (7, TType.STRING, lambda q: q.writeString('body')))
    protocol.writeMessageBegin('sendSync', TMessageType.CALL, SEQUENCE_ID)
    struct(protocol, (1, TType.STRUCT, message), *every_type(), (2, TType.I64, lambda p: p.writeI64(50)))
    protocol.writeMessageEnd()


def wrong_types(protocol):
    """sendSync with known ids that carry other types: topic i32, hashId string, properties map<i32,bool>, timeout string."""
    pairs = many(
        lambda p: p.writeMapBegin(TType.I32, TType.BOOL, 1), lambda p: p.writeMapEnd(),
        lambda p: p.writeI32(9), lambda p: p.writeBool(True))
    message = lambda p: struct(
        p,
        (1, TType.I32, lambda q: q.writeI32(5)),
        (4, TType.STRING, lambda q: q.writeString('seven')),
        (5, TType.STRING, lambda q: q.writeString('tag')),
        (9, TType.MAP, pairs))
    protocol.writeMessageBegin('sendSync', TMessageType.CALL, SEQUENCE_ID)
    struct(protocol, (1, TType.STRUCT, message), (2, TType.STRING, lambda p: p.writeString('fifty')))
    protocol.writeMessageEnd()


def old_stub(protocol):
    """sendNotifySync, which only the stubs of old PHP and Python SDKs have."""
    headers = many(
        lambda p: p.writeMapBegin(TType.STRING, TType.STRING, 1), lambda p: p.writeMapEnd(),
        lambda p: p.writeString('Accept'), lambda p: p.writeString('*/*'))
    rest = lambda p: struct(
        p,
        (1, TType.BYTE, lambda q: q.writeByte(1)),
        (3, TType.STRING, lambda q: q.writeString('http://example.org/')),
        (5, TType.MAP, headers))
    notify = lambda p: struct(
        p,
        (1, TType.STRING, lambda q: q.writeString('t')),
        (3, TType.STRUCT, rest),
        (4, TType.I32, lambda q: q.writeI32(-1)))
    protocol.writeMessageBegin('sendNotifySync', TMessageType.CALL, SEQUENCE_ID)
    struct(protocol, (1, TType.STRUCT, notify), (2, TType.I64, lambda p: p.writeI64(50)))
    protocol.writeMessageEnd()


def java(**more):
    return Message(topic='orders', key='A1b2C3d4E5f6G7h8', hashId=0, partitionId=-2, body=BODY, version='java', **more)


def go(**more):
    return Message(
        topic='orders', key=UUID, value='', hashId=0, partitionId=-2, body=BODY, version='go_sdk_2.0.3', **more)


def cpp(number):
    return Message(
        topic='orders', key='k%014d' % number, value='', hashId=number, tags='*', partitionId=-1, body=b'body %d' % number,
        version='cpp.2.0')


MESSAGES = [
    ('sendSync-java-plain', call('sendSync', java(), 50)),
    ('sendSync-java-builder', call('sendSync', java(tags='a||b', properties={}), 50)),
    ('sendSync-java-properties', call('sendSync', java(
        tags='a', properties={'traceId': 'trace-1', 'spanId': '0.1', 'isPressureTraffic': 'true'}), 50)),
    ('sendSync-go-plain', call('sendSync', go(tags='*'), 50)),
    ('sendSync-go-builder', call('sendSync', go(tags='', properties={}), 50)),
    ('sendSync-php', call('sendSync', Message(
        topic='orders', key='9e107d9d372bb6826bd81d3542a419d6', value=BODY.decode(), hashId=0, partitionId=-2,
        version='carrera_php_1.0'), 50)),
    ('sendSync-python', call('sendSync', Message(
        topic='orders', key='A1b2C3d4E5f6G7h8', partitionId=-2, body=BODY, version='py-0.2'), 1000)),
    ('sendSync-cpp', call('sendSync', cpp(7), 50)),
    ('sendSync-wide', call('sendSync', Message(
        topic='bestellung-\u00fc', key='', value='\u4e2d\U0001f600', hashId=-(2 ** 63), tags='', partitionId=2 ** 31 - 1, body=b'',
        version='', properties={'p%02d' % i: 'v' * i for i in range(1, 40)}), 2 ** 63 - 1)),
    ('sendSync-no-arguments', call('sendSync', None, None)),
    ('sendAsync-java', call('sendAsync', java(tags='a', properties={}))),
    ('sendBatchSync-cpp', call('sendBatchSync', [cpp(number) for number in range(20)])),
    ('sendBatchSync-java', call('sendBatchSync', [java(properties={}), java(tags='t', properties={'a': 'b'})])),
    ('sendBatchSync-empty', call('sendBatchSync', [])),
    ('sendDelaySync-add', call('sendDelaySync', DelayMessage(
        topic='reminders', body=BODY, tags='a', action=1, timestamp=1700000000, dmsgtype=3, interval=60, expire=1700003600,
        times=5, uuid=UUID, version='java', properties={'carrera_headers': '{"h":"v"}'}), 50)),
    ('sendDelaySync-cancel', call('sendDelaySync', DelayMessage(
        topic='reminders', uniqDelayMsgId='0-1700000000-3-1700003600-5-60-0-' + UUID, body=b'c', tags='', action=2,
        version='go_sdk_2.0.3'), 50)),
    ('sendSync-newer-client', newer_client),
    ('sendSync-wrong-types', wrong_types),
    ('sendNotifySync-old-stub', old_stub),
    ('reply-ok', reply('sendSync', Result(code=0, msg='OK'))),
    ('reply-refused', reply('sendBatchSync', Result(
        code=11, msg='FAILED: Message is too large or illegal or the length is 0'))),
    ('reply-key', reply('sendAsync', Result(code=-1, msg='', key='k'))),
    ('reply-delay', reply('sendDelaySync', DelayResult(code=0, msg='OK', uniqDelayMsgId='0-1700000000-2-' + UUID))),
    ('reply-exception', exception(
        'sendNotifySync', TApplicationException.UNKNOWN_METHOD, "Invalid method name: 'sendNotifySync'")),
]

PROTOCOLS = [('compact', TCompactProtocol.TCompactProtocol), ('binary', TBinaryProtocol.TBinaryProtocol)]

with open(sys.argv[1], 'w') as out:
    out.write('# name protocol message-without-frame-length; written by capture.py, see README.md\n')
    for name, write in MESSAGES:
        for protocol_name, protocol in PROTOCOLS:
            buffer = TTransport.TMemoryBuffer()
            write(protocol(buffer))
            out.write('%s %s %s\n' % (name, protocol_name, buffer.getvalue().hex()))
