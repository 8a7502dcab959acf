// A producer as DDMQ's C++ SDK is one, on Apache Thrift's C++ library.
//
// usage: client HOST PORT compact|binary TOPIC SCENARIO
//
// Prints one JSON object per message and answer; ../README.md lists the members.

#include <cstdio>
#include <ctime>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <thrift/TApplicationException.h>
#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/protocol/TCompactProtocol.h>
#include <thrift/transport/TBufferTransports.h>
#include <thrift/transport/TSocket.h>

#include "OldProducerService.h"
#include "ProducerService.h"

using namespace CarreraProducer;
using apache::thrift::TApplicationException;
using apache::thrift::protocol::TProtocol;
using Properties = std::map<std::string, std::string>;

namespace {

// The SDK asks for 50 ms; here a busy machine must not decide the outcome.
constexpr int64_t TimeoutMs = 15000;
constexpr int SocketTimeoutMs = 30000;

std::string Quote(const std::string& text) {
  std::string quoted = "\"";
  for (unsigned char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += static_cast<char>(c);
    } else if (c < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", c);
      quoted += escape;
    } else {
      quoted += static_cast<char>(c);
    }
  }
  return quoted + '"';
}

std::string Quote(const Properties& properties) {
  std::string quoted = "{";
  for (const auto& property : properties) {
    quoted += (quoted.size() > 1 ? "," : "") + Quote(property.first) + ":" + Quote(property.second);
  }
  return quoted + "}";
}

std::string Base64(const std::string& bytes) {
  static const char Alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (size_t j = 0; j < 3; j++) {
      group = group << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0);
    }
    for (size_t j = 0; j < 4; j++) {
      text += i + j > bytes.size() ? '=' : Alphabet[group >> (18 - 6 * j) & 63];
    }
  }
  return text;
}

std::string RandomKey() {
  static const std::string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  static std::mt19937_64 random{std::random_device{}()};
  std::string key;
  for (int i = 0; i < 16; i++) {
    key += Alphabet[random() % Alphabet.size()];
  }
  return key;
}

std::vector<std::string> Bodies() {
  std::string every, large;
  for (int i = 0; i < 256; i++) {
    every += static_cast<char>(i);
  }
  for (int i = 0; i < 1024 * 1024; i++) {
    large += static_cast<char>(i * 31LL % 251);
  }
  return {"hello", every, std::string(1, '\0'), "тело 体 🎈", large};
}

// Plain sends carry the tag * when the application gives none; the builder's carry empty tags. Value is always written.
Message SdkMessage(const std::string& topic, const std::string& body, const std::string& tags = "*") {
  Message message;
  message.__set_topic(topic);
  message.__set_key(RandomKey());
  message.__set_value("");
  message.__set_hashId(0);
  message.__set_tags(tags);
  message.__set_partitionId(-2);
  message.__set_body(body);
  message.__set_version("cpp.2.0");
  return message;
}

DelayMessage SdkDelayMessage(const std::string& topic, const std::string& body) {
  DelayMessage message;
  message.__set_topic(topic);
  message.__set_body(body);
  message.__set_tags("*");
  message.__set_action(1);
  message.__set_timestamp(std::time(nullptr) + 60);
  message.__set_dmsgtype(2);
  message.__set_interval(0);
  message.__set_expire(0);
  message.__set_times(0);
  message.__set_uuid("6ba7b810-9dad-11d1-80b4-00c04fd430c8");
  message.__set_version("cpp.2.0");
  return message;
}

// One framed connection with the stubs of both IDLs on it.
struct Connection {
  int number;
  std::shared_ptr<TProtocol> wire;
  ProducerServiceClient stub;
  OldStubs::OldProducerServiceClient oldStub;

  Connection(int number, std::shared_ptr<TProtocol> wire) : number(number), wire(wire), stub(wire), oldStub(wire) {}

  void Report(const std::string& method, const Message& message, const Result& result) const {
    std::cout << "{\"connection\":" << number << ",\"method\":" << Quote(method) << ",\"topic\":" << Quote(message.topic)
              << ",\"key\":" << Quote(message.key) << ",\"tags\":" << Quote(message.tags)
              << ",\"properties\":" << (message.__isset.properties ? Quote(message.properties) : "null")
              << ",\"partitionId\":" << message.partitionId << ",\"hashId\":" << message.hashId << ",\"body\":\"" << Base64(message.body)
              << "\",\"code\":" << result.code << ",\"msg\":" << Quote(result.msg) << "}\n";
  }

  void Report(const DelayMessage& message, const DelayResult& result) const {
    std::cout << "{\"connection\":" << number << ",\"method\":\"sendDelaySync\",\"topic\":" << Quote(message.topic) << ",\"body\":\""
              << Base64(message.body) << "\",\"code\":" << result.code << ",\"msg\":" << Quote(result.msg)
              << ",\"uniqDelayMsgId\":" << (result.__isset.uniqDelayMsgId ? Quote(result.uniqDelayMsgId) : "null") << "}\n";
  }

  void SendSync(const Message& message) {
    Result result;
    stub.sendSync(result, message, TimeoutMs);
    Report("sendSync", message, result);
  }
};

struct Client {
  std::string host;
  int port;
  bool compact;
  std::string topic;

  std::unique_ptr<Connection> Connect(int number) const {
    auto socket = std::make_shared<apache::thrift::transport::TSocket>(host, port);
    socket->setConnTimeout(SocketTimeoutMs);
    socket->setSendTimeout(SocketTimeoutMs);
    socket->setRecvTimeout(SocketTimeoutMs);
    auto transport = std::make_shared<apache::thrift::transport::TFramedTransport>(socket);
    transport->open();
    std::shared_ptr<TProtocol> wire;
    if (compact) {
      wire = std::make_shared<apache::thrift::protocol::TCompactProtocol>(transport);
    } else {
      wire = std::make_shared<apache::thrift::protocol::TBinaryProtocol>(transport);
    }
    return std::make_unique<Connection>(number, wire);
  }

  // One call after another: the plain send, the builder's, a batch.
  void Calls() const {
    auto connection = Connect(0);
    for (const auto& body : Bodies()) {
      connection->SendSync(SdkMessage(topic, body));
    }
    auto named = SdkMessage(topic, "key that is not ASCII", "TagA||ярлык");
    named.__set_key("ключ-鍵-🔑");
    connection->SendSync(named);

    Result result;
    for (const auto& body : Bodies()) {
      auto message = SdkMessage(topic, body, "");
      message.__set_properties({{"traceId", "7f3a"}, {"имя", "значение 値"}});
      connection->stub.sendAsync(result, message);
      connection->Report("sendAsync", message, result);
    }

    std::vector<Message> batch;
    for (int i = 0; i < 20; i++) {
      batch.push_back(SdkMessage(topic, "batch " + std::to_string(i) + Bodies()[1], ""));
      batch.back().__set_partitionId(-1);
      batch.back().__set_hashId(i);
    }
    connection->stub.sendBatchSync(result, batch);
    for (const auto& message : batch) {
      connection->Report("sendBatchSync", message, result);
    }
  }

  // 200 requests of all methods, then their 200 replies.
  void Pipelined() const {
    auto connection = Connect(0);
    auto& stub = connection->stub;
    std::vector<std::function<void()>> replies;
    for (int i = 0; i < 200; i++) {
      std::string body = "pipelined " + std::to_string(i);
      if (i % 8 == 7) {
        auto delayed = SdkDelayMessage(topic, body);
        stub.send_sendDelaySync(delayed, TimeoutMs);
        replies.push_back([&connection, &stub, delayed] {
          DelayResult result;
          stub.recv_sendDelaySync(result);
          connection->Report(delayed, result);
        });
        continue;
      }

      auto message = SdkMessage(topic, body);
      if (i % 2 == 1) {
        message.__set_partitionId(i % 5);
      } else {
        message.__set_partitionId(-1);
        message.__set_hashId(i % 7);
      }

      if (i % 8 == 6) {
        stub.send_sendBatchSync({message});
      } else if (i % 8 == 5) {
        stub.send_sendAsync(message);
      } else {
        stub.send_sendSync(message, TimeoutMs);
      }
      replies.push_back([&connection, &stub, message, i] {
        Result result;
        if (i % 8 == 6) {
          stub.recv_sendBatchSync(result);
          connection->Report("sendBatchSync", message, result);
        } else if (i % 8 == 5) {
          stub.recv_sendAsync(result);
          connection->Report("sendAsync", message, result);
        } else {
          stub.recv_sendSync(result);
          connection->Report("sendSync", message, result);
        }
      });
    }
    for (const auto& reply : replies) {
      reply();
    }
  }

  // Eight connections, a request under way on each of them all the time.
  void Connections() const {
    std::vector<std::unique_ptr<Connection>> several;
    for (int number = 0; number < 8; number++) {
      several.push_back(Connect(number));
    }
    for (int turn = 0; turn < 25; turn++) {
      std::vector<Message> sent;
      for (const auto& connection : several) {
        sent.push_back(SdkMessage(topic, "connection " + std::to_string(connection->number) + " turn " + std::to_string(turn)));
        connection->stub.send_sendSync(sent.back(), TimeoutMs);
      }
      for (size_t i = 0; i < several.size(); i++) {
        Result result;
        several[i]->stub.recv_sendSync(result);
        several[i]->Report("sendSync", sent[i], result);
      }
    }
  }

  // Calls that are not stored; the connection is as good afterwards.
  void Refused() const {
    auto connection = Connect(0);
    auto delayed = SdkDelayMessage(topic, "later");
    DelayResult delayResult;
    connection->stub.sendDelaySync(delayResult, delayed, TimeoutMs);
    connection->Report(delayed, delayResult);

    OldStubs::Notify notify;
    notify.__set_topic(topic);
    notify.__set_key(RandomKey());
    OldStubs::OldRestMessage rest;
    rest.__set_url("http://127.0.0.1/");
    rest.__set_timestamp(1);
    notify.__set_value(rest);
    try {
      OldStubs::OldResult result;
      connection->oldStub.sendNotifySync(result, notify, TimeoutMs);
      throw std::logic_error("sendNotifySync was answered with a result");
    } catch (const TApplicationException& exception) {
      std::cout << "{\"connection\":0,\"method\":\"sendNotifySync\",\"exceptionType\":" << exception.getType()
                << ",\"msg\":" << Quote(exception.what()) << "}\n";
    }

    connection->SendSync(SdkMessage(topic, ""));
    connection->SendSync(SdkMessage(topic, "the connection still works"));
  }
};

}  // namespace

int main(int count, char** arguments) try {
  if (count != 6) {
    throw std::invalid_argument("usage: client HOST PORT compact|binary TOPIC SCENARIO");
  }
  Client client{arguments[1], std::stoi(arguments[2]), arguments[3] == std::string("compact"), arguments[4]};
  std::map<std::string, std::function<void()>> scenarios{
      {"calls", [&] { client.Calls(); }},
      {"pipelined", [&] { client.Pipelined(); }},
      {"connections", [&] { client.Connections(); }},
      {"refused", [&] { client.Refused(); }},
  };
  scenarios.at(arguments[5])();
  return 0;
} catch (const std::exception& exception) {
  std::cerr << exception.what() << std::endl;
  return 1;
}
