import com.xiaojukeji.carrera.thrift.DelayMessage;
import com.xiaojukeji.carrera.thrift.DelayResult;
import com.xiaojukeji.carrera.thrift.Message;
import com.xiaojukeji.carrera.thrift.ProducerService;
import com.xiaojukeji.carrera.thrift.Result;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.StringJoiner;
import java.util.UUID;
import oldstubs.Notify;
import oldstubs.OldProducerService;
import oldstubs.OldRestMessage;
import org.apache.thrift.TApplicationException;
import org.apache.thrift.TException;
import org.apache.thrift.protocol.TBinaryProtocol;
import org.apache.thrift.protocol.TCompactProtocol;
import org.apache.thrift.protocol.TProtocol;
import org.apache.thrift.transport.TSocket;
import org.apache.thrift.transport.layered.TFramedTransport;

/**
 * A producer as DDMQ's Java SDK is one, on Apache Thrift's Java library.
 *
 * <p>usage: java Client HOST PORT compact|binary TOPIC SCENARIO
 *
 * <p>Prints one JSON object per message and answer; ../README.md lists the members.
 */
public final class Client {
    // The SDK asks for 50 ms; here a busy machine must not decide the outcome.
    private static final long TIMEOUT_MS = 15_000;
    private static final int SOCKET_TIMEOUT_MS = 30_000;

    private static final Random RANDOM = new Random();
    private static final PrintStream OUT = new PrintStream(System.out, false, StandardCharsets.UTF_8);

    private final String host;
    private final int port;
    private final boolean compact;
    private final String topic;

    private Client(String host, int port, boolean compact, String topic) {
        this.host = host;
        this.port = port;
        this.compact = compact;
        this.topic = topic;
    }

    public static void main(String[] args) throws Exception {
        Client client = new Client(args[0], Integer.parseInt(args[1]), args[2].equals("compact"), args[3]);
        switch (args[4]) {
            case "calls" -> client.calls();
            case "pipelined" -> client.pipelined();
            case "connections" -> client.connections();
            case "refused" -> client.refused();
            default -> throw new IllegalArgumentException(args[4]);
        }

        OUT.flush();
    }

    /** One call after another: plain sends (no properties), the builder's (always a map), a batch. */
    private void calls() throws Exception {
        TProtocol wire = connect();
        var stub = new ProducerService.Client(wire);
        for (byte[] body : bodies()) {
            Message message = plain(body, null);
            report(0, "sendSync", message, stub.sendSync(message, TIMEOUT_MS));
        }

        Message tagged = plain(text("tagged"), "TagA||ярлык").setKey("ключ-鍵-🔑");
        report(0, "sendSync", tagged, stub.sendSync(tagged, TIMEOUT_MS));

        for (byte[] body : bodies()) {
            Message message = built(body);
            message.putToProperties("traceId", "7f3a");
            message.putToProperties("имя", "значение 値");
            report(0, "sendAsync", message, stub.sendAsync(message));
        }

        List<Message> batch = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            batch.add(built(text("batch " + i)).setPartitionId(-1).setHashId(i));
        }

        Result result = stub.sendBatchSync(batch);
        for (Message message : batch) {
            report(0, "sendBatchSync", message, result);
        }
    }

    /**
     * 200 requests of all methods, then their 200 replies. A stub of this library insists that a reply carries the number of its
     * own last request, so each request has a stub of its own, all of them on one connection.
     */
    private void pipelined() throws Exception {
        TProtocol wire = connect();
        List<Reply> replies = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            var stub = new ProducerService.Client(wire);
            byte[] body = text("pipelined " + i);
            if (i % 8 == 7) {
                DelayMessage delayed = delayed(body);
                stub.send_sendDelaySync(delayed, TIMEOUT_MS);
                replies.add(() -> report(0, delayed, stub.recv_sendDelaySync()));
                continue;
            }

            Message message = built(body);
            if (i % 2 == 1) {
                message.setPartitionId(i % 5);
            } else {
                message.setPartitionId(-1).setHashId(i % 7);
            }

            switch (i % 8) {
                case 6 -> {
                    stub.send_sendBatchSync(List.of(message));
                    replies.add(() -> report(0, "sendBatchSync", message, stub.recv_sendBatchSync()));
                }
                case 5 -> {
                    stub.send_sendAsync(message);
                    replies.add(() -> report(0, "sendAsync", message, stub.recv_sendAsync()));
                }
                default -> {
                    stub.send_sendSync(message, TIMEOUT_MS);
                    replies.add(() -> report(0, "sendSync", message, stub.recv_sendSync()));
                }
            }
        }

        for (Reply reply : replies) {
            reply.receive();
        }
    }

    /** Eight connections, each with a thread of its own as in the SDK's pool. */
    private void connections() throws Exception {
        List<Thread> threads = new ArrayList<>();
        List<Throwable> failures = new ArrayList<>();
        for (int number = 0; number < 8; number++) {
            int connection = number;
            Thread thread = new Thread(() -> {
                try {
                    var stub = new ProducerService.Client(connect());
                    for (int turn = 0; turn < 25; turn++) {
                        Message message = built(text("connection " + connection + " turn " + turn));
                        report(connection, "sendSync", message, stub.sendSync(message, TIMEOUT_MS));
                    }
                } catch (Throwable failure) {
                    synchronized (failures) {
                        failures.add(failure);
                    }
                }
            });
            thread.start();
            threads.add(thread);
        }

        for (Thread thread : threads) {
            thread.join();
        }

        if (!failures.isEmpty()) {
            throw new Exception("a connection failed", failures.get(0));
        }
    }

    /** Calls that are not stored; the connection is as good afterwards. */
    private void refused() throws Exception {
        TProtocol wire = connect();
        var stub = new ProducerService.Client(wire);
        DelayMessage delayed = delayed(text("later"));
        report(0, delayed, stub.sendDelaySync(delayed, TIMEOUT_MS));

        Notify notify = new Notify().setTopic(topic).setKey(randomKey());
        notify.setValue(new OldRestMessage().setUrl("http://127.0.0.1/").setTimestamp(1));
        try {
            new OldProducerService.Client(wire).sendNotifySync(notify, TIMEOUT_MS);
            throw new IllegalStateException("sendNotifySync was answered with a result");
        } catch (TApplicationException exception) {
            print(object(0, "sendNotifySync").put("exceptionType", exception.getType()).put("msg", exception.getMessage()));
        }

        Message empty = plain(new byte[0], null);
        report(0, "sendSync", empty, stub.sendSync(empty, TIMEOUT_MS));
        Message last = plain(text("the connection still works"), null);
        report(0, "sendSync", last, stub.sendSync(last, TIMEOUT_MS));
    }

    private TProtocol connect() throws TException {
        TSocket socket = new TSocket(host, port, SOCKET_TIMEOUT_MS);
        TFramedTransport transport = new TFramedTransport(socket);
        transport.open();
        return compact ? new TCompactProtocol(transport) : new TBinaryProtocol(transport);
    }

    private Message plain(byte[] body, String tags) {
        return new Message()
                .setTopic(topic).setKey(randomKey()).setHashId(0).setTags(tags).setPartitionId(-2).setBody(body).setVersion("java");
    }

    private Message built(byte[] body) {
        return plain(body, null).setProperties(new LinkedHashMap<>());
    }

    private DelayMessage delayed(byte[] body) {
        return new DelayMessage()
                .setTopic(topic).setBody(body).setAction(1).setTimestamp(System.currentTimeMillis() / 1000 + 60).setDmsgtype(2)
                .setInterval(0).setExpire(0).setTimes(0).setUuid(UUID.randomUUID().toString()).setVersion("java")
                .setProperties(new LinkedHashMap<>());
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<byte[]> bodies() {
        byte[] every = new byte[256];
        for (int i = 0; i < every.length; i++) {
            every[i] = (byte) i;
        }

        byte[] large = new byte[1024 * 1024];
        for (int i = 0; i < large.length; i++) {
            large[i] = (byte) (i * 31L % 251);
        }

        return List.of(text("hello"), every, new byte[1], text("тело 体 🎈"), large);
    }

    private static String randomKey() {
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        StringBuilder key = new StringBuilder();
        for (int i = 0; i < 16; i++) {
            key.append(alphabet.charAt(RANDOM.nextInt(alphabet.length())));
        }

        return key.toString();
    }

    private static void report(int connection, String method, Message message, Result result) {
        print(object(connection, method)
                .put("topic", message.getTopic())
                .put("key", message.getKey())
                .put("tags", message.getTags())
                .put("properties", message.getProperties())
                .put("partitionId", message.getPartitionId())
                .put("hashId", message.getHashId())
                .put("body", Base64.getEncoder().encodeToString(message.getBody()))
                .put("code", result.getCode())
                .put("msg", result.getMsg()));
    }

    private static void report(int connection, DelayMessage message, DelayResult result) {
        print(object(connection, "sendDelaySync")
                .put("topic", message.getTopic())
                .put("body", Base64.getEncoder().encodeToString(message.getBody()))
                .put("code", result.getCode())
                .put("msg", result.getMsg())
                .put("uniqDelayMsgId", result.getUniqDelayMsgId()));
    }

    private static Json object(int connection, String method) {
        return new Json().put("connection", connection).put("method", method);
    }

    private static synchronized void print(Json line) {
        OUT.println(line);
    }

    private interface Reply {
        void receive() throws TException;
    }

    /** A JSON object of texts, numbers, nulls and maps of texts. */
    private static final class Json {
        private final StringJoiner members = new StringJoiner(",", "{", "}");

        Json put(String name, Object value) {
            members.add(quote(name) + ":" + write(value));
            return this;
        }

        @Override
        public String toString() {
            return members.toString();
        }

        private static String write(Object value) {
            if (value instanceof Map<?, ?> map) {
                Json object = new Json();
                map.forEach((name, member) -> object.put((String) name, member));
                return object.toString();
            }

            return value instanceof String text ? quote(text) : String.valueOf(value);
        }

        private static String quote(String text) {
            StringBuilder quoted = new StringBuilder("\"");
            for (char c : text.toCharArray()) {
                if (c == '"' || c == '\\') {
                    quoted.append('\\').append(c);
                } else if (c < ' ') {
                    quoted.append(String.format("\\u%04x", (int) c));
                } else {
                    quoted.append(c);
                }
            }

            return quoted.append('"').toString();
        }
    }
}
