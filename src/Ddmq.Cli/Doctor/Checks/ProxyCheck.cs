using Ddmq.Config;

namespace Ddmq.Cli.Doctor.Checks;

/// <summary>Whether the proxy runs, and what it says of itself.</summary>
internal static class ProxyCheck
{
    private const string Name = "proxy";

    /// <summary>Asks it.</summary>
    /// <returns>Its answer, null when there is none, and what follows.</returns>
    public static async Task<(ProxyAnswer? Answer, IReadOnlyList<CheckResult> Results)> RunAsync(Examination examination, CancellationToken cancellation)
    {
        if (examination.Admin is not { } admin)
        {
            return (null, [examination.Running is { } silent
                ? CheckResult.Ok(Name, $"runs, pid {silent.ProcessId}; ddmq.admin.enabled is off, so it cannot be asked more")
                : CheckResult.Warn(Name, "does not run, as far as can be seen with ddmq.admin.enabled off", "./control.sh start")]);
        }

        try
        {
            ProxyAnswer answer = await ProxyAnswer.AskAsync(admin, cancellation).ConfigureAwait(false);
            return (answer, Describe(examination, answer));
        }
        catch (CliException exception) when (exception.ExitCode != ExitCodes.Unreachable)
        {
            return (null, [CheckResult.Fail(Name, $"at {admin} something else answers: {exception.Message}", "another port for ddmq.admin.port (DDMQ_ADMIN_PORT), or end that program")]);
        }
        catch (Exception exception) when (exception is CliException or OperationCanceledException)
        {
            return (null, [NotThere(examination, admin)]);
        }
    }

    private static List<CheckResult> Describe(Examination examination, ProxyAnswer answer)
    {
        string pid = $"pid {answer.ProcessId}";
        var results = new List<CheckResult>
        {
            answer.NotReady is { } reason
                ? CheckResult.Fail(Name, $"runs ({pid}) and takes no messages: {reason}", null)
                : CheckResult.Ok(Name, $"runs and takes messages, {pid}"),
        };
        if (examination.Running is { } running && running.ConfigurationFile != examination.File && running.ProcessId == answer.ProcessId)
        {
            results.Add(CheckResult.Warn(
                Name, $"runs with {running.ConfigurationFile}, not with the file examined here", $"./control.sh restart {examination.File}"));
        }

        results.AddRange(answer.Degradations.Select(line => CheckResult.Warn(Name, line, null)));
        return results;
    }

    private static CheckResult NotThere(Examination examination, Uri admin) => examination.Running is { } running
        ? CheckResult.Fail(Name, $"runs (pid {running.ProcessId}), but does not answer at {admin}", "./control.sh status, and the end of logs/carrera.log")
        : CheckResult.Warn(Name, $"does not run: nothing answers at {admin}", "./control.sh start");
}
