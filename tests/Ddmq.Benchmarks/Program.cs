using Ddmq.Benchmarks;

switch (args)
{
    case ["serve", string kind]:
        await BenchmarkServer.ServeAsync(kind);
        return 0;
    case ["frontdoor"]:
        FrontDoorBenchmark.Run(rounds: 3, seconds: 3);
        return 0;
    case ["frontdoor", "quick"]:
        FrontDoorBenchmark.Run(rounds: 1, seconds: 1.5);
        return 0;
    case ["store"]:
        await StoreBenchmark.Run();
        return 0;
    case ["store", string folder]:
        await StoreBenchmark.Run(folder);
        return 0;
    case ["recorder"]:
        RecorderBenchmark.Run(pairs: 15, seconds: 2);
        return 0;
    case ["recorder", "quick"]:
        RecorderBenchmark.Run(pairs: 3, seconds: 1);
        return 0;
    case ["config"]:
        await ConfigurationBenchmark.RunAsync();
        return 0;
    case ["kafka", string address]:
        await KafkaBenchmark.Run(address);
        return 0;
    case ["kafka", string address, string linger]:
        await KafkaBenchmark.Run(address, linger);
        return 0;
    case ["tails", string broker]:
        await TailBenchmark.RunAsync(broker);
        return 0;
    case ["brokers", string broker]:
        await BrokerBenchmark.RunAsync(broker);
        return 0;
    case ["autobatch", "rocketmq4" or "rocketmq5"]:
        await AutoBatchBenchmark.RunAsync(args[1], pairs: 9);
        return 0;
    case ["limits"]:
        LimitsBenchmark.Run(seconds: 10);
        return 0;
    case ["fairness"]:
        FairnessBenchmark.Run(rounds: 30, seconds: 1.5);
        return 0;
    case ["fairness", "kafka" or "rocketmq4" or "rocketmq5"]:
        await FairnessBenchmark.RunAsync(args[1], rounds: 20, seconds: 1.5);
        return 0;
    case ["overload"]:
        OverloadBenchmark.Run(rounds: 5, seconds: 8, bodySize: 8 * 1024);
        return 0;
    case ["overload", "broker" or "rocketmq" or "kafka"]:
        await BrokerOverloadBenchmark.RunAsync(args[1], [200, 1000]);
        return 0;
    case ["overload", "broker" or "rocketmq" or "kafka", string timeoutMs]:
        await BrokerOverloadBenchmark.RunAsync(args[1], [int.Parse(timeoutMs, System.Globalization.CultureInfo.InvariantCulture)]);
        return 0;
    case ["overload", string bodySize]:
        OverloadBenchmark.Run(rounds: 5, seconds: 8, int.Parse(bodySize, System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    default:
        Console.Error.WriteLine(
            """
            usage: dotnet run -c Release --project tests/Ddmq.Benchmarks -- NAME
              frontdoor [quick]       each layer against a bare echo: throughput, latency, CPU per message
              store [FOLDER]          the embedded store against a bare append + fdatasync of the same bytes (default: the temp folder)
              kafka ADDRESS [LINGER]  the Kafka store against Confluent's producer called directly, on brokers at ADDRESS (host:port)
              tails BROKER            latencies of an open loop through the proxy and by its client called directly
              brokers BROKER          the proxy into a real broker (kafka, rocketmq4, rocketmq5) against the same client called directly
              autobatch BROKER        RocketMQ (rocketmq4, rocketmq5) through a proxy with auto-batch and one without, in pairs of rounds
              limits                  cost of an admission and of a refusal; rate admitted under overload against the limit, 1 and 10,000 topics
              fairness [BROKER]       a quiet topic's tail beside one at 20 times its limit, and beside one whose broker hangs; or both on a real broker (kafka, rocketmq4, rocketmq5)
              overload [BODYSIZE]     what is stored when three times as much is asked for, and the seconds after it
              overload BROKER [MS]    the same with a broker (rocketmq, kafka; broker: both) that is the limit and not the CPUs, at clients' timeouts of 200 and 1,000 ms, or of MS
              recorder [quick]        the no-op store with the recorder of messages and without it, in pairs: throughput, CPU per message
              config                  topics from a real ZooKeeper: start to ready, memory, cost and delay of one change, at 1 to 10,000 topics
            """);
        return 2;
}
