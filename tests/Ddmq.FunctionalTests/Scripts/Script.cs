using System.Collections;
using System.Diagnostics;

namespace Ddmq.FunctionalTests.Scripts;

/// <summary>Runs a program to its end.</summary>
public static class Script
{
    /// <summary>
    /// Runs a program with this process's environment, without any <c>DDMQ_</c> variable, plus the variables given. Ends it and
    /// throws when it takes longer than the limit.
    /// </summary>
    public static ScriptResult Run(
        string program, IEnumerable<string> arguments, string workingDirectory, IEnumerable<(string Name, string Value)> variables, TimeSpan limit)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string name in Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(entry => (string)entry.Key))
        {
            if (name.StartsWith("DDMQ_", StringComparison.Ordinal))
            {
                start.Environment.Remove(name);
            }
        }

        foreach ((string name, string value) in variables)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        // Both at their end as well: a script whose background process kept the pipes would leave its caller hanging.
        if (!process.WaitForExit(limit) || !Task.WaitAll([output, error], limit))
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }

            // Complete at once, unless something that was not killed holds the pipes.
            string said = Task.WaitAll([output, error], TimeSpan.FromSeconds(5)) ? output.Result + error.Result : "(cannot be read)";
            throw new TimeoutException($"{program} {string.Join(' ', start.ArgumentList)} took longer than {limit}. It said:\n{said}");
        }

        return new ScriptResult(process.ExitCode, output.Result, error.Result);
    }
}
