using System.Text;
using System.Text.Json.Nodes;

namespace Ddmq.Cli.Zk;

/// <summary>What the original console writes for a new proxy: the configuration that its distribution stores. Thread-safe.</summary>
internal static class ConsoleDefaults
{
    // The port is 9613 whatever port the proxy has: all proxies of a cluster share one stored configuration.
    private const string Proxy = """
        {"brokerClusters":[],"carreraConfiguration":{
        "autoBatch":{"batchWaitMills":5,"doBatchThresholdBytes":1024,"encodeWorkerThreads":4,"maxBatchMessagesNumber":32,"maxBathBytes":4096,
        "maxContinuouslyRunningMills":50,"maxEncodeWorkerForEachBroker":1},
        "defaultTopicInfoConf":{"topics":[]},
        "delay":{"chronosInnerTopicPrefix":"R_test_chronos_inner_","innerTopicNum":1},
        "kafkaProducers":3,"limiterFailureRetryQueueSize":1024,"maxTps":3000,"retryDelays":[200,500,1000,5000,10000],"rocketmqProducers":3,
        "thriftServer":{"acceptQueueSizePerThread":100,"backlog":50,"clientTimeout":0,"maxReadBufferBytes":5000000,"port":9613,"selectorThreads":8,
        "timeoutCheckerThreads":3,"workerQueueSize":20000,"workerThreads":0},
        "tpsWarningRatio":0.8,"useAutoBatch":true,"useKafka":false,"useRequestLimiter":true,"useRocketmq":false,"warmUpConnection":true,
        "warmUpFetchTopicRouteInfo":true},"instance":"","proxyCluster":"","topics":[]}
        """;

    /// <summary>A new proxy's node with one broker cluster and no topics.</summary>
    public static JsonObject CreateProxy(string instance, string proxyCluster, BrokerKind kind, string cluster, IReadOnlyList<string> addresses)
    {
        var node = (JsonObject)ConsoleJson.Parse(Encoding.UTF8.GetBytes(Proxy))!;
        node.Put("instance", instance);
        node.Put("proxyCluster", proxyCluster);
        new ProxyNodeClusters(node).Put(kind, cluster, addresses);
        return node;
    }
}
