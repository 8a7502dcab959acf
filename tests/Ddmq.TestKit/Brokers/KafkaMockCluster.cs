using System.Runtime.InteropServices;
using Confluent.Kafka;
using Ddmq.Storage.Kafka.Native;

namespace Ddmq.TestKit.Brokers;

/// <summary>
/// librdkafka's own mock of a cluster, with one broker: real bytes on real sockets, and answers as it is told. What it takes it keeps nowhere. Names: rdkafka_mock.h
/// of librdkafka 2.0.
/// </summary>
public sealed unsafe partial class KafkaMockCluster : IDisposable
{
    private const int OnlyBroker = 1;
    private const short ProduceApi = 0;

    private readonly nint _client;
    private readonly nint _cluster;

    /// <summary>Starts it, on loopback and a free port.</summary>
    public KafkaMockCluster()
    {
        _client = RdKafka.New(RdKafka.Producer, 0, null, 0);
        _cluster = ClusterNew(_client, 1);
        Assert(_cluster != 0, "no mock cluster");
        BootstrapServers = Marshal.PtrToStringUTF8(Bootstraps(_cluster))!;
    }

    /// <summary>Where clients find it.</summary>
    public string BootstrapServers { get; }

    /// <summary>Creates a topic.</summary>
    public void CreateTopic(string topic, int partitions) => Assert(TopicCreate(_cluster, topic, partitions, 1) == 0, "the topic is not created");

    /// <summary>Answers so many of the next produce requests with an error.</summary>
    public void AnswerWith(ErrorCode error, int requests) =>
        PushErrors(_cluster, ProduceApi, (nuint)requests, [.. Enumerable.Repeat((int)error, requests)]);

    /// <summary>Ends the broker's connections and takes no new ones.</summary>
    public void TakeDown() => Assert(SetDown(_cluster, OnlyBroker) == 0, "the broker does not go down");

    /// <inheritdoc/>
    public void Dispose()
    {
        ClusterDestroy(_cluster);
        RdKafka.Destroy(_client);
    }

    private static void Assert(bool condition, string message)
    {
        if (!condition)
        {
            throw new InvalidOperationException(message);
        }
    }

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_mock_cluster_new")]
    private static partial nint ClusterNew(nint client, int brokers);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_mock_cluster_destroy")]
    private static partial void ClusterDestroy(nint cluster);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_mock_cluster_bootstraps")]
    private static partial nint Bootstraps(nint cluster);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_mock_topic_create", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int TopicCreate(nint cluster, string topic, int partitions, int replicas);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_mock_push_request_errors_array")]
    private static partial void PushErrors(nint cluster, short api, nuint count, int[] errors);

    [LibraryImport(LibrdKafka.LibraryFile, EntryPoint = "rd_kafka_mock_broker_set_down")]
    private static partial int SetDown(nint cluster, int broker);
}
