using System.Text;
using System.Text.Json.Nodes;
using Ddmq.Cli;
using Ddmq.Cli.Zk;
using Ddmq.Config;
using Xunit;

namespace Ddmq.UnitTests.Cli.Zk;

public sealed class MemberSettingTests
{
    [Theory]
    [InlineData("limiterFailureRetryInterval=50", """{"limiterFailureRetryInterval":50}""")]
    [InlineData("LIMITER_failure_retry_interval=-1", """{"limiterFailureRetryInterval":-1}""")]
    [InlineData("strongOrder=yes", """{"strongOrder":true}""")]
    [InlineData("compressType=snappy", """{"compressType":"SNAPPY"}""")]
    [InlineData("alarmGroup=ops, 运维", """{"alarmGroup":["ops","运维"]}""")]
    [InlineData("alarmGroup=", """{"alarmGroup":[]}""")]
    public void Apply_MemberOfATopic_WritesItAsTheConsoleWould(string text, string expected)
    {
        var node = new JsonObject();

        MemberSetting.Parse(text, typeof(TopicOptions)).Apply(node);

        Assert.Equal(expected, Encoding.UTF8.GetString(ConsoleJson.Write(node)));
    }

    [Theory]
    [InlineData("strongOrder", "is not of the form member=value")]
    [InlineData("strongOrdr=true", "unknown member; did you mean strongOrder?")]
    [InlineData("qqq=true", "unknown member; expected one of topic, alarmGroup")]
    [InlineData("strongOrder=perhaps", "\"perhaps\" is not a yes or no; expected true or false")]
    [InlineData("limiterFailureRetryInterval=-2", "\"-2\" is out of range; expected -1 or more")]
    [InlineData("topicUnits=x", "not a single value or a list")]
    public void Parse_WrongSetting_IsAUsageErrorThatSaysWhatWouldBeRight(string text, string expected)
    {
        CliException error = Assert.Throws<CliException>(() => MemberSetting.Parse(text, typeof(TopicOptions)));

        Assert.Equal(ExitCodes.Usage, error.ExitCode);
        Assert.Contains(expected, error.Message);
    }

    [Theory]
    [InlineData("10.0.0.11:9613", true)]
    [InlineData("proxy-1.example:0", true)]
    [InlineData("10.0.0.11", false)]
    [InlineData("10.0.0.11:99999", false)]
    [InlineData(":9613", false)]
    [InlineData("../x:9613", false)]
    public void Instance_Text_IsTakenWhenItCanNameANode(string text, bool isOne)
    {
        if (isOne)
        {
            Assert.Equal(text, Names.Instance(text));
        }
        else
        {
            Assert.Equal(ExitCodes.Usage, Assert.Throws<CliException>(() => Names.Instance(text)).ExitCode);
        }
    }
}
