using Ddmq.Config;
using Ddmq.Config.Loading;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Ddmq.UnitTests.Configuration;

public class EnvironmentOverrideTests
{
    [Fact]
    public void Parse_VariablesSet_WinOverTheFile()
    {
        LoadedConfiguration loaded = Yaml.Load(
            "port: 1\nddmq: {store: {path: a}}",
            ("DDMQ_PORT", "2"),
            ("DDMQ_STORE_PATH", "b"),
            ("DDMQ_CARRERA_CONFIGURATION_THRIFT_SERVER_BACKLOG", "3"));

        Assert.Equal(2, loaded.Options.Port);
        Assert.Equal("b", loaded.Options.Ddmq.Store.Path);
        Assert.Equal(3, loaded.Options.CarreraConfiguration.ThriftServer.Backlog);
        Assert.Equal("DDMQ_PORT", loaded.SourceOf("port"));
    }

    [Fact]
    public void Parse_EmptyVariable_CountsAsNotSet() => Assert.Equal(1, Yaml.Options("port: 1", ("DDMQ_PORT", "")).Port);

    [Fact]
    public void Parse_OriginalsLevelVariable_IsHonoured() =>
        Assert.Equal(LogLevel.Warning, Yaml.Options("", ("LOG_CARRERA_LEVEL", "WARN")).Ddmq.Logs.Level);

    [Fact]
    public void Parse_BothLevelVariables_OursWins() =>
        Assert.Equal(LogLevel.Debug, Yaml.Options("", ("LOG_CARRERA_LEVEL", "WARN"), ("DDMQ_LOGS_LEVEL", "debug")).Ddmq.Logs.Level);

    [Theory]
    [InlineData("DDMQ_PORT", "x", "environment variable DDMQ_PORT: \"x\" is not a whole number; expected 0 to 65535")]
    [InlineData("DDMQ_ZOOKEEPER_ADDR", "a:zk", "environment variable DDMQ_ZOOKEEPER_ADDR: zookeeperAddr: The ZooKeeper address 'a:zk/carrera/v4/config' is not valid: 'a:zk' is not a server; expected host:port, for example zk1.example.com:2181.")]
    [InlineData("LOG_CARRERA_LEVEL", "loud",
        "environment variable LOG_CARRERA_LEVEL: \"loud\" is not one of the possible values; expected trace, debug, information, warning, error, critical, none")]
    public void Parse_WrongVariable_IsNamed(string name, string value, string expected) => Assert.Equal([expected], Yaml.Errors("", (name, value)));

    [Fact]
    public void Parse_UnknownVariables_AreWarnedAboutUnlessTheProcessKnowsThem()
    {
        LoadedConfiguration loaded = Yaml.Load("", ("DDMQ_PROT", "1"), ("DDMQ_HOME", "/x"), ("DDMQ_TEST_BROKERS", "/y"), ("PATH", "/bin"));

        Assert.Equal(["environment variable DDMQ_PROT is not a setting and is ignored; did you mean DDMQ_PORT?"], loaded.Warnings);
    }

    [Fact]
    public void Variables_OfAllSettings_AreDistinct()
    {
        var clashes = OptionSchema.Scalars().GroupBy(item => item.Variable).Where(group => group.Count() > 1).Select(group => group.Key);

        Assert.Empty(clashes);
    }

    [Fact]
    public void Apply_EveryVariableWithItsDefault_ChangesNothing()
    {
        (string, string)[] variables =
        [
            .. EffectiveConfiguration.Values(new CarreraOptions())
                .Join(OptionSchema.Scalars(), value => value.Path, scalar => scalar.Path, (value, scalar) => (scalar.Variable, ScalarText.Format(value.Value))),
        ];

        CarreraOptions options = Yaml.Options("", variables);

        Assert.True(variables.Length > 50);
        Assert.Equal(
            EffectiveConfiguration.Describe(new CarreraOptions(), _ => ""),
            EffectiveConfiguration.Describe(options, _ => ""));
    }
}
