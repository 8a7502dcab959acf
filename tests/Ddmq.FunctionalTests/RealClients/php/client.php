<?php
/*
 * A producer as DDMQ's PHP SDK is one, on Apache Thrift's PHP library.
 *
 * usage: client.php HOST PORT compact|binary TOPIC SCENARIO   (generated stubs in the folder that CLIENT_STUBS names)
 *
 * Prints one JSON object per message and answer; ../README.md lists the members.
 */

declare(strict_types=1);

use CarreraProducer\DelayMessage;
use CarreraProducer\Message;
use CarreraProducer\ProducerServiceClient;
use OldStubs\Notify;
use OldStubs\OldMessage;
use OldStubs\OldProducerServiceClient;
use OldStubs\OldRestMessage;
use Thrift\Exception\TApplicationException;
use Thrift\Protocol\TBinaryProtocol;
use Thrift\Protocol\TCompactProtocol;
use Thrift\Transport\TFramedTransport;
use Thrift\Transport\TSocket;

error_reporting(E_ALL & ~E_DEPRECATED);

// Debian's package keeps the library's classes without the folder of their namespace.
spl_autoload_register(function (string $class): void {
    [$top, $rest] = explode('\\', $class, 2) + [1 => ''];
    $path = strtr($rest, '\\', '/') . '.php';
    foreach ($top === 'Thrift' ? ['/usr/lib/php', '/usr/share/php/Thrift'] : [getenv('CLIENT_STUBS') . '/' . $top] as $folder) {
        if (is_file("$folder/$path")) {
            require_once "$folder/$path";
            return;
        }
    }
});

// The SDK asks for 50 ms; here a busy machine must not decide the outcome.
const TIMEOUT_MS = 15000;
const SOCKET_TIMEOUT_MS = 30000;

/** One framed connection with the stubs of both IDLs on it. */
final class Connection
{
    public readonly ProducerServiceClient $stub;
    public readonly OldProducerServiceClient $oldStub;

    public function __construct(string $host, int $port, string $protocol, public readonly int $number)
    {
        $socket = new TSocket($host, $port);
        $socket->setSendTimeout(SOCKET_TIMEOUT_MS);
        $socket->setRecvTimeout(SOCKET_TIMEOUT_MS);
        $transport = new TFramedTransport($socket);
        $transport->open();
        $wire = $protocol === 'compact' ? new TCompactProtocol($transport) : new TBinaryProtocol($transport);
        $this->stub = new ProducerServiceClient($wire);
        $this->oldStub = new OldProducerServiceClient($wire);
    }
}

function bodies(): array
{
    $large = '';
    for ($i = 0; $i < 251; $i++) {
        $large .= chr($i * 31 % 251);
    }

    return [
        'hello',
        implode('', array_map('chr', range(0, 255))),
        "\0",
        'тело 体 🎈',
        substr(str_repeat($large, intdiv(1024 * 1024, 251) + 1), 0, 1024 * 1024),
    ];
}

function sdkKey(string $body): string
{
    return md5($body . microtime());
}

/** What the SDK makes: the body, whatever its bytes, is in the text field value; there is always a key made up. */
function sdkMessage(string $topic, string $body, ?string $tags = null): OldMessage
{
    return new OldMessage([
        'topic' => $topic, 'key' => sdkKey($body), 'value' => $body, 'tags' => $tags, 'partitionId' => -2, 'hashId' => 0,
        'version' => 'carrera_php_1.0',
    ]);
}

function delayMessage(string $topic, string $body): DelayMessage
{
    return new DelayMessage([
        'topic' => $topic, 'body' => $body, 'action' => 1, 'timestamp' => time() + 60, 'dmsgtype' => 2, 'interval' => 0, 'expire' => 0,
        'times' => 0, 'uuid' => '6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'version' => 'carrera_php_1.0',
    ]);
}

function report(Connection $connection, string $method, object $message, object $result): void
{
    $line = [
        'connection' => $connection->number,
        'method' => $method,
        'topic' => $message->topic,
        'key' => $message->key ?? null,
        'tags' => $message->tags ?? null,
        'properties' => isset($message->properties) ? (object) $message->properties : null,
        'partitionId' => $message->partitionId ?? null,
        'hashId' => $message->hashId ?? 0,
        // A Notify has another struct as its value.
        'body' => base64_encode($message->body ?? ($message instanceof Notify ? '' : $message->value ?? '')),
    ];
    $line += $result instanceof TApplicationException
        ? ['exceptionType' => $result->getCode(), 'msg' => $result->getMessage()]
        : ['code' => $result->code, 'msg' => $result->msg];
    if (property_exists($result, 'uniqDelayMsgId')) {
        $line['uniqDelayMsgId'] = $result->uniqDelayMsgId;
    }

    echo json_encode($line, JSON_THROW_ON_ERROR), "\n";
}

/** One call after another: the SDK's own, then what the newer IDL adds. */
function calls(callable $connect, string $topic): void
{
    $connection = $connect(0);
    foreach (bodies() as $body) {
        $message = sdkMessage($topic, $body);
        report($connection, 'sendSync', $message, $connection->oldStub->sendSync($message, TIMEOUT_MS));
    }

    $message = sdkMessage($topic, 'tagged', 'ярлык');
    report($connection, 'sendSync', $message, $connection->oldStub->sendSync($message, TIMEOUT_MS));

    foreach (bodies() as $body) {
        $message = new Message([
            'topic' => $topic, 'key' => 'ключ-鍵-🔑-' . sdkKey($body), 'tags' => 'TagA||TagB', 'partitionId' => -2, 'body' => $body,
            'properties' => ['traceId' => '7f3a', 'имя' => 'значение 値'],
        ]);
        report($connection, 'sendAsync', $message, $connection->stub->sendAsync($message));
    }

    $batch = [];
    for ($i = 0; $i < 20; $i++) {
        $body = "batch $i " . bodies()[1];
        $batch[] = new Message([
            'topic' => $topic, 'key' => sdkKey($body), 'hashId' => $i, 'partitionId' => -1, 'body' => $body, 'properties' => [],
        ]);
    }

    $result = $connection->stub->sendBatchSync($batch);
    foreach ($batch as $message) {
        report($connection, 'sendBatchSync', $message, $result);
    }
}

/** 200 requests of all methods, then their 200 replies. */
function pipelined(callable $connect, string $topic): void
{
    $connection = $connect(0);
    $stub = $connection->stub;
    $sent = [];
    for ($i = 0; $i < 200; $i++) {
        $body = "pipelined $i";
        if ($i % 8 === 7) {
            $message = delayMessage($topic, $body);
            $stub->send_sendDelaySync($message, TIMEOUT_MS);
            $sent[] = ['sendDelaySync', $message];
            continue;
        }

        $placed = $i % 2 === 1 ? ['partitionId' => $i % 5] : ['partitionId' => -1, 'hashId' => $i % 7];
        $message = new Message(['topic' => $topic, 'key' => sdkKey($body), 'value' => $body] + $placed);
        switch ($i % 8) {
            case 6:
                $stub->send_sendBatchSync([$message]);
                $sent[] = ['sendBatchSync', $message];
                break;
            case 5:
                $stub->send_sendAsync($message);
                $sent[] = ['sendAsync', $message];
                break;
            default:
                $stub->send_sendSync($message, TIMEOUT_MS);
                $sent[] = ['sendSync', $message];
        }
    }

    foreach ($sent as [$method, $message]) {
        report($connection, $method, $message, $stub->{"recv_$method"}());
    }
}

/** Eight connections, a request under way on each of them all the time. */
function connections(callable $connect, string $topic): void
{
    $several = array_map($connect, range(0, 7));
    for ($turn = 0; $turn < 25; $turn++) {
        $sent = [];
        foreach ($several as $connection) {
            $message = sdkMessage($topic, "connection {$connection->number} turn $turn");
            $connection->oldStub->send_sendSync($message, TIMEOUT_MS);
            $sent[] = $message;
        }

        foreach ($several as $i => $connection) {
            report($connection, 'sendSync', $sent[$i], $connection->oldStub->recv_sendSync());
        }
    }
}

/** Calls that are not stored; the connection is as good afterwards. */
function refused(callable $connect, string $topic): void
{
    $connection = $connect(0);
    $message = delayMessage($topic, 'later');
    report($connection, 'sendDelaySync', $message, $connection->stub->sendDelaySync($message, TIMEOUT_MS));

    $rest = new OldRestMessage(['url' => 'http://127.0.0.1/', 'timestamp' => 1]);
    $notify = new Notify(['topic' => $topic, 'key' => sdkKey(''), 'value' => $rest]);
    try {
        report($connection, 'sendNotifySync', $notify, $connection->oldStub->sendNotifySync($notify, TIMEOUT_MS));
    } catch (TApplicationException $exception) {
        report($connection, 'sendNotifySync', $notify, $exception);
    }

    $message = sdkMessage($topic, '');
    report($connection, 'sendSync', $message, $connection->oldStub->sendSync($message, TIMEOUT_MS));
    $message = sdkMessage($topic, 'the connection still works');
    report($connection, 'sendSync', $message, $connection->oldStub->sendSync($message, TIMEOUT_MS));
}

[, $host, $port, $protocol, $topic, $scenario] = $argv;
$connect = fn (int $number) => new Connection($host, (int) $port, $protocol, $number);
match ($scenario) {
    'calls' => calls($connect, $topic),
    'pipelined' => pipelined($connect, $topic),
    'connections' => connections($connect, $topic),
    'refused' => refused($connect, $topic),
};
