using Ddmq.TestKit.Processes;

namespace Ddmq.TestKit.Brokers;

/// <summary>
/// Where the real brokers are: environment variable <c>DDMQ_TEST_BROKERS</c> names a folder with a script <c>run</c> that becomes one
/// server (<c>run kafka DIR PORT</c>, <c>run namesrv4 DIR PORT</c>, <c>run broker4 DIR PORT NAMESRV</c>, the same with 5).
/// <c>tests/brokers/get.sh</c> makes one.
/// </summary>
public static class BrokerFolder
{
    private const string Variable = "DDMQ_TEST_BROKERS";

    /// <summary>The script.</summary>
    public static string RunScript => Path.Combine(Environment.GetEnvironmentVariable(Variable) ?? "", "run");

    /// <summary>Why a test that needs a real broker has to be skipped; null when everything is there.</summary>
    public static string? WhyMissing =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable))
            ? $"needs real brokers: {Variable} is not set to the folder that has them (tests/brokers/get.sh makes one)"
        : !File.Exists(RunScript) ? $"needs real brokers: {Variable} names a folder without the script run ({RunScript})"
        : ServerProcess.JavaPath() is null ? "needs java to run brokers (as root: apt-get install default-jre-headless)"
        : null;
}
