using System.Text.Json;
using Ddmq.Cli.Doctor;
using Xunit;

namespace Ddmq.UnitTests.Cli.Doctor;

public sealed class HealthReportTests
{
    private static readonly CheckResult[] Results =
    [
        CheckResult.Ok("configuration", "fine"),
        CheckResult.Warn("clock", "slow\u001b[1m", "wind it"),
        CheckResult.Fail("port 1", "taken", null),
    ];

    [Fact]
    public void Write_Results_AreALineEachAndASummary()
    {
        var output = new StringWriter { NewLine = "\n" };

        HealthReport.Write(output, Results);

        Assert.Equal(
            "ok    configuration  fine\n"
            + "warn  clock          slow\\u{1b}[1m -> wind it\n"
            + "FAIL  port 1         taken\n"
            + "1 ok, 1 warning, 1 failure\n",
            output.ToString());
    }

    [Fact]
    public void ToJson_Results_AreReadBack()
    {
        using JsonDocument all = JsonDocument.Parse(HealthReport.ToJson("/c.yaml", Results));
        using JsonDocument good = JsonDocument.Parse(HealthReport.ToJson("/c.yaml", Results[..2]));

        Assert.False(all.RootElement.GetProperty("ok").GetBoolean());
        Assert.True(good.RootElement.GetProperty("ok").GetBoolean());
        JsonElement warning = all.RootElement.GetProperty("checks")[1];
        Assert.Equal(("clock", "warn", "wind it"), (warning.GetProperty("check").GetString(), warning.GetProperty("outcome").GetString(), warning.GetProperty("remedy").GetString()));
        Assert.Equal(JsonValueKind.Null, all.RootElement.GetProperty("checks")[2].GetProperty("remedy").ValueKind);
    }
}
