using Ddmq.EndToEndTests.Brokers;
using Ddmq.FunctionalTests.Cli.Doctor;
using Ddmq.TestKit.Brokers;
using Ddmq.TestKit.Network;
using Ddmq.TestKit.Requirements;
using Xunit;

namespace Ddmq.EndToEndTests.Doctor;

/// <summary><c>ddmq doctor</c> on a real Kafka node.</summary>
[Collection(KafkaCollection.Name)]
public sealed class DoctorKafkaTests(SharedKafka kafka)
{
    [RequiresBrokersFact]
    public async Task Run_TopicThereAndWide_IsWell()
    {
        KafkaServer server = await kafka.GetAsync();
        string topic = kafka.NewTopic("doctor");
        await server.CreateTopicAsync(topic, 3, ("max.message.bytes", "4194304"));

        DoctorRun run = await RunAsync(server.BootstrapServers, topic);

        run.EndsWith(0);
        run.Says("ok kafka K_a: 1 broker, 1 of 1 topic there");
        run.DoesNotSay("warn kafka K_a: not there");
        run.DoesNotSay("warn kafka K_a: max.message.bytes");
    }

    [RequiresBrokersFact]
    public async Task Run_TopicMissing_SaysSoAndDoesNotCreateIt()
    {
        KafkaServer server = await kafka.GetAsync();
        string topic = kafka.NewTopic("doctor");

        DoctorRun first = await RunAsync(server.BootstrapServers, topic);
        DoctorRun second = await RunAsync(server.BootstrapServers, topic);

        first.EndsWith(0);
        first.Says($"warn kafka K_a: not there: {topic}; the first message creates it", "kafka-topics.sh");
        second.Says($"warn kafka K_a: not there: {topic}");
    }

    [RequiresBrokersFact]
    public async Task Run_TopicNarrow_NamesBothSettings()
    {
        KafkaServer server = await kafka.GetAsync();
        string topic = kafka.NewTopic("doctor");
        await server.CreateTopicAsync(topic, 1, ("max.message.bytes", "500000"));

        DoctorRun run = await RunAsync(server.BootstrapServers, topic);

        run.Says($"warn kafka K_a: max.message.bytes of {topic} is 500000", "ddmq.kafkaClusters.K_a.maxMessageSize", "kafka-configs.sh");
    }

    [RequiresBrokersFact]
    public async Task Run_BrokersThatCreateNoTopics_FailsForAMissingOne()
    {
        await using KafkaServer server = await KafkaServer.StartAsync("auto.create.topics.enable=false");

        DoctorRun run = await RunAsync(server.BootstrapServers, "gone");

        run.EndsWith(1);
        run.Says("fail kafka K_a: not there: gone; the brokers create none by themselves", "kafka-topics.sh");
    }

    [RequiresBrokersFact]
    public async Task Run_BrokerThatTellsClientsAnAddressNobodyReaches_NamesItsSetting()
    {
        await using KafkaServer server = await KafkaServer.StartAsync("advertised.listeners=PLAINTEXT://127.0.0.77:{relay}");

        DoctorRun run = await RunAsync(server.BootstrapServers, "gone");

        run.EndsWith(1);
        run.Says("fail kafka K_a: broker 1 tells clients to come to 127.0.0.77:", "cannot be reached from here", "advertised.listeners");
    }

    [RequiresBrokersFact]
    public async Task Run_ListenerThatWantsTls_NamesTheProperty()
    {
        KafkaServer server = await kafka.GetAsync();

        DoctorRun run = await RunAsync(server.BootstrapServers, "t", "ddmq: { kafkaClusters: { K_a: { properties: { security.protocol: ssl } } } }", "--timeout", "2s");

        run.EndsWith(1);
        run.Says("fail kafka K_a: no");
    }

    [RequiresBrokersFact]
    public async Task Run_WrongPasswordAndThenNoRights_NamesEach()
    {
        // Beside the kit's own listener one that asks for a password. Who has one has no rights, the kit has all.
        await using KafkaServer server = await KafkaServer.StartAsync(
            "listeners=PLAINTEXT://127.0.0.1:{port},SASL_PLAINTEXT://127.0.0.1:{relay},CONTROLLER://127.0.0.1:{next}",
            "advertised.listeners=PLAINTEXT://127.0.0.1:{port},SASL_PLAINTEXT://127.0.0.1:{relay}",
            "sasl.enabled.mechanisms=PLAIN",
            "listener.name.sasl_plaintext.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_ddmq=\"secret\";",
            "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users=User:ANONYMOUS");
        string topic = kafka.NewTopic("doctor");
        await server.CreateTopicAsync(topic);
        string guarded = $"127.0.0.1:{server.Process.RelayPort}";

        DoctorRun wrong = await RunAsync(guarded, topic, Credentials("guess"));
        wrong.EndsWith(1);
        wrong.Says("fail kafka K_a: the brokers do not accept the credentials", "ddmq.kafkaClusters.K_a.properties");

        DoctorRun right = await RunAsync(guarded, topic, Credentials("secret"));
        right.EndsWith(1);
        right.Says($"fail kafka K_a: no right to {topic}", "kafka-acls.sh");
    }

    private static string Credentials(string password) =>
        $"ddmq: {{ kafkaClusters: {{ K_a: {{ properties: {{ security.protocol: sasl_plaintext, sasl.mechanism: PLAIN, sasl.username: ddmq, sasl.password: {password} }} }} }} }}";

    private static async Task<DoctorRun> RunAsync(string bootstrap, string topic, string more = "", params string[] arguments)
    {
        using PortBlock ports = PortBlock.Take(1);
        return await DoctorRun.OnAsync($$"""
            port: {{ports.First}}
            defaultTopicInfoConf: { topics: [ { topic: {{topic}}, topicUnits: [ { brokerCluster: K_a } ] } ] }
            carreraConfiguration:
              useKafka: true
              kafkaConfigurationMap: { K_a: { bootstrapServers: ["{{bootstrap}}"] } }
            {{(more.Length > 0 ? more : "ddmq: { admin: { enabled: false } }")}}
            """, arguments);
    }
}
