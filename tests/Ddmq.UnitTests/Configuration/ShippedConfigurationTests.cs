using System.Text.RegularExpressions;
using Ddmq.Config;
using Ddmq.Config.Loading;
using Ddmq.TestKit;
using Xunit;

namespace Ddmq.UnitTests.Configuration;

public class ShippedConfigurationTests
{
    private static readonly string File = SourceTree.PathOf("config/carrera.yaml");

    [Fact]
    public void Load_ShippedFile_EqualsTheDefaults()
    {
        LoadedConfiguration loaded = CarreraOptionsLoader.Load(File, new Dictionary<string, string?>());

        Assert.Empty(loaded.Warnings);
        Assert.Equal(
            EffectiveConfiguration.Describe(new CarreraOptions(), _ => ""),
            EffectiveConfiguration.Describe(loaded.Options, _ => ""));
    }

    [Fact]
    public void ShippedFile_EverySetting_IsWrittenOut()
    {
        LoadedConfiguration loaded = CarreraOptionsLoader.Load(File, new Dictionary<string, string?>());

        var missing = EffectiveConfiguration.Values(loaded.Options).Select(value => value.Path).Where(path => loaded.SourceOf(path) != "file");

        Assert.Empty(missing);
    }

    [Fact]
    public void ShippedFile_SettingsOfListElements_OccurInAnExample()
    {
        string text = System.IO.File.ReadAllText(File);

        var missing = OptionSchema.Walk(typeof(CarreraOptions)).Select(item => item.Option.Key)
            .Where(key => !Regex.IsMatch(text, $@"^ *(# *)?(- )?{key}:", RegexOptions.Multiline));

        Assert.Empty(missing);
    }

    [Fact]
    public void ShippedFile_ExamplesInComments_AreValid()
    {
        // An example is a comment that begins with a key and goes up to the setting it explains: put it in the setting's place.
        string text = System.IO.File.ReadAllText(File);
        string uncommented = Regex.Replace(
            text,
            @"^(?<indent> *)# For example:\n(?<example>(?:\k<indent># .*\n)+)\k<indent>\w+: (\[\]|\{\})\n",
            match => Regex.Replace(match.Groups["example"].Value, "^( *)# ", "$1", RegexOptions.Multiline),
            RegexOptions.Multiline);

        CarreraOptions options = Yaml.Options(uncommented);

        Assert.Equal("orders", Assert.Single(options.DefaultTopicInfoConf.Topics).Topic);
        Assert.Single(options.CarreraConfiguration.DefaultTopicInfoConf.Topics);
        Assert.Single(options.CarreraConfiguration.RocketmqConfigurationMap);
        Assert.Single(options.CarreraConfiguration.KafkaConfigurationMap);
    }
}
