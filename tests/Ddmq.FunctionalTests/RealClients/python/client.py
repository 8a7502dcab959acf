"""A producer as DDMQ's Python SDK is one, on Apache Thrift's Python library.

usage: client.py HOST PORT compact|binary TOPIC SCENARIO   (generated stubs on PYTHONPATH)

Prints one JSON object per message and answer; ../README.md lists the members.
"""
import base64
import json
import random
import string
import sys
import time
import uuid

from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.protocol.TCompactProtocol import TCompactProtocol
from thrift.Thrift import TApplicationException
from thrift.transport.TSocket import TSocket
from thrift.transport.TTransport import TFramedTransport

from CarreraProducer import ProducerService
from CarreraProducer.ttypes import DelayMessage, Message
from OldStubs import OldProducerService
from OldStubs.ttypes import Notify, OldMessage, OldRestMessage

# The SDK asks for 1000 ms; here a busy machine must not decide the outcome.
TIMEOUT_MS = 15000
SOCKET_TIMEOUT_MS = 30000

BODIES = [
    b'hello',
    bytes(range(256)),
    b'\0',
    'тело 体 🎈'.encode('utf-8'),
    bytes(i * 31 % 251 for i in range(1024 * 1024)),
]


class Connection:
    """One framed connection with the stubs of both IDLs on it."""

    def __init__(self, host, port, protocol, number):
        socket = TSocket(host, port)
        socket.setTimeout(SOCKET_TIMEOUT_MS)
        self.transport = TFramedTransport(socket)
        self.number = number
        self.transport.open()
        wire = {'compact': TCompactProtocol, 'binary': TBinaryProtocol}[protocol](self.transport)
        self.stub = ProducerService.Client(wire)
        self.old_stub = OldProducerService.Client(wire)


def random_key():
    return ''.join(random.choice(string.ascii_letters + string.digits) for _ in range(16))


def sdk_message(topic, body, key=None):
    """What the SDK makes: its stubs have no properties, and it sets neither value nor hashId nor tags."""
    return OldMessage(topic=topic, key=key or random_key(), partitionId=-2, body=body, version='py-0.2')


def delay_message(topic, body):
    return DelayMessage(
        topic=topic, body=body, action=1, timestamp=int(time.time()) + 60, dmsgtype=2, interval=0, expire=0, times=0,
        uuid=str(uuid.uuid1()), version='py-0.2')


def report(connection, method, message, result):
    line = {
        'connection': connection.number,
        'method': method,
        'topic': message.topic,
        'key': getattr(message, 'key', None),
        'tags': getattr(message, 'tags', None),
        'properties': getattr(message, 'properties', None),
        'partitionId': getattr(message, 'partitionId', None),
        'hashId': getattr(message, 'hashId', None) or 0,
        'body': base64.b64encode(getattr(message, 'body', None) or b'').decode('ascii'),
    }
    if isinstance(result, TApplicationException):
        line.update(exceptionType=result.type, msg=result.message)
    else:
        line.update(code=result.code, msg=result.msg)
        if hasattr(result, 'uniqDelayMsgId'):
            line['uniqDelayMsgId'] = result.uniqDelayMsgId
    print(json.dumps(line))


def calls(connect, topic):
    """One call after another: the SDK's own, then what the newer IDL adds."""
    connection = connect(0)
    for body in BODIES:
        message = sdk_message(topic, body)
        report(connection, 'sendSync', message, connection.old_stub.sendSync(message, TIMEOUT_MS))
    message = sdk_message(topic, b'key that is not ASCII', 'ключ-鍵-🔑')
    report(connection, 'sendSync', message, connection.old_stub.sendSync(message, TIMEOUT_MS))

    for body in BODIES:
        message = Message(
            topic=topic, key=random_key(), tags='TagA||ярлык', partitionId=-2, body=body, version='py-0.2',
            properties={'traceId': '7f3a', 'имя': 'значение 値'})
        report(connection, 'sendAsync', message, connection.stub.sendAsync(message))

    batch = [
        Message(topic=topic, key=random_key(), hashId=i, partitionId=-1, body=b'batch %d ' % i + BODIES[1], properties={})
        for i in range(20)
    ]
    result = connection.stub.sendBatchSync(batch)
    for message in batch:
        report(connection, 'sendBatchSync', message, result)


def pipelined(connect, topic):
    """200 requests of all methods, then their 200 replies."""
    connection = connect(0)
    stub = connection.stub
    sent = []
    for i in range(200):
        body = b'pipelined %d' % i
        if i % 8 == 7:
            message = delay_message(topic, body)
            stub.send_sendDelaySync(message, TIMEOUT_MS)
            sent.append(('sendDelaySync', [message]))
            continue
        placed = {'partitionId': i % 5} if i % 2 else {'partitionId': -1, 'hashId': i % 7}
        message = Message(topic=topic, key=random_key(), body=body, **placed)
        if i % 8 == 6:
            stub.send_sendBatchSync([message])
            sent.append(('sendBatchSync', [message]))
        elif i % 8 == 5:
            stub.send_sendAsync(message)
            sent.append(('sendAsync', [message]))
        else:
            stub.send_sendSync(message, TIMEOUT_MS)
            sent.append(('sendSync', [message]))
    for method, messages in sent:
        result = getattr(stub, 'recv_' + method)()
        for message in messages:
            report(connection, method, message, result)


def connections(connect, topic):
    """Eight connections, a request under way on each of them all the time."""
    several = [connect(number) for number in range(8)]
    for turn in range(25):
        sent = []
        for connection in several:
            message = sdk_message(topic, b'connection %d turn %d' % (connection.number, turn))
            connection.old_stub.send_sendSync(message, TIMEOUT_MS)
            sent.append(message)
        for connection, message in zip(several, sent):
            report(connection, 'sendSync', message, connection.old_stub.recv_sendSync())


def refused(connect, topic):
    """Calls that are not stored; the connection is as good afterwards."""
    connection = connect(0)
    message = delay_message(topic, b'later')
    report(connection, 'sendDelaySync', message, connection.stub.sendDelaySync(message, TIMEOUT_MS))

    notify = Notify(topic=topic, key=random_key(), value=OldRestMessage(url='http://127.0.0.1/', timestamp=1))
    try:
        report(connection, 'sendNotifySync', notify, connection.old_stub.sendNotifySync(notify, TIMEOUT_MS))
    except TApplicationException as exception:
        report(connection, 'sendNotifySync', notify, exception)

    message = sdk_message(topic, b'')
    report(connection, 'sendSync', message, connection.old_stub.sendSync(message, TIMEOUT_MS))
    message = sdk_message(topic, b'the connection still works')
    report(connection, 'sendSync', message, connection.old_stub.sendSync(message, TIMEOUT_MS))


def main():
    host, port, protocol, topic, scenario = sys.argv[1:]
    scenarios = {'calls': calls, 'pipelined': pipelined, 'connections': connections, 'refused': refused}
    scenarios[scenario](lambda number: Connection(host, int(port), protocol, number), topic)


if __name__ == '__main__':
    main()
