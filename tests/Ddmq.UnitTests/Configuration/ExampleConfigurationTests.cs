using Ddmq.Config;
using Ddmq.TestKit;
using Xunit;

namespace Ddmq.UnitTests.Configuration;

/// <summary>The files of config/examples are good as they are shipped, and the documentation names each.</summary>
public sealed class ExampleConfigurationTests
{
    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(SourceTree.PathOf("config/examples")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Load_Example_IsValidAndWarnsOfNothing(string file)
    {
        LoadedConfiguration loaded = CarreraOptionsLoader.Load(SourceTree.PathOf($"config/examples/{file}"), new Dictionary<string, string?>());

        Assert.Empty(loaded.Warnings);
        CarreraConfigurationOptions settings = loaded.Options.CarreraConfiguration;
        Assert.True(
            loaded.Options.UsesZooKeeper || (settings.UseKafka && settings.KafkaConfigurationMap.Count == 1)
            || (settings.UseRocketmq && settings.RocketmqConfigurationMap.Count == 1));
        Assert.Contains($"config/examples/{file}", File.ReadAllText(SourceTree.PathOf("docs/operations.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_KafkaExample_LeavesRoomInWhatKafkaTakesByDefault()
    {
        const int KafkasDefault = 1_048_588;
        CarreraOptions options = CarreraOptionsLoader.Load(SourceTree.PathOf("config/examples/kafka.yaml"), new Dictionary<string, string?>()).Options;

        Assert.True(
            options.Ddmq.KafkaClusters["K_main"].MaxMessageSize + Ddmq.Storage.Kafka.Inspection.KafkaInspector.RecordOverhead <= KafkasDefault);
    }
}
