using Ddmq.Config;
using Xunit;

namespace Ddmq.UnitTests.Configuration;

/// <summary>Short forms for loading a configuration from a text.</summary>
internal static class Yaml
{
    public const string File = "c.yaml";

    public static LoadedConfiguration Load(string yaml, params (string Name, string Value)[] environment) =>
        CarreraOptionsLoader.Parse(yaml, File, environment.ToDictionary(pair => pair.Name, pair => (string?)pair.Value));

    public static CarreraOptions Options(string yaml, params (string Name, string Value)[] environment) => Load(yaml, environment).Options;

    public static IReadOnlyList<string> Errors(string yaml, params (string Name, string Value)[] environment) =>
        Assert.Throws<ConfigurationException>(() => Load(yaml, environment)).Errors;
}
