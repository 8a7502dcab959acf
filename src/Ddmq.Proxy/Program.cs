using System.Collections;
using System.Runtime.InteropServices;
using Ddmq.Config;
using Ddmq.Core.Diagnostics;
using Ddmq.Proxy.Logging;
using Microsoft.Extensions.Logging;

namespace Ddmq.Proxy;

/// <summary>
/// The process. One argument, the configuration file, as with the original; without it <c>config/carrera.yaml</c> of the home folder.
/// Exit codes: 0 after an orderly stop, 2 when it could not start (one line per mistake on standard error).
/// </summary>
internal static partial class Program
{
    private const int CannotStart = 2;

    private static async Task<int> Main(string[] args)
    {
        try
        {
            if (args.Length > 1 || (args.Length == 1 && args[0].StartsWith('-')))
            {
                throw new ConfigurationException(["usage: ddmq-proxy [CONFIG]   (default: config/carrera.yaml of the home folder)"]);
            }

            string home = HomeDirectory.Find(Environment.GetEnvironmentVariable(HomeDirectory.Variable));
            string file = args.Length == 1 ? args[0] : Path.Combine(home, "config", "carrera.yaml");
            LoadedConfiguration configuration = CarreraOptionsLoader.Load(file, EnvironmentVariables());
            using ProxyLogs logs = LoggingSetup.Create(configuration.Options.Ddmq.Logs, home);
            await RunAsync(configuration, file, home, logs.Factory);
            return 0;
        }
        catch (ConfigurationException e)
        {
            foreach (string error in e.Errors)
            {
                await Console.Error.WriteLineAsync($"ddmq-proxy: {error}");
            }

            return CannotStart;
        }
        catch (StartupException e)
        {
            await Console.Error.WriteLineAsync($"ddmq-proxy: {e.Message}");
            return CannotStart;
        }
    }

    private static async Task RunAsync(LoadedConfiguration configuration, string file, string home, ILoggerFactory loggers)
    {
        ILogger log = loggers.CreateLogger("Ddmq.Proxy.Program");
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var givingUp = new CancellationTokenSource();
        using PosixSignalRegistration term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);

        LogConfiguration(configuration, file, log);
        await using ProxyHost? host = await StartAsync(configuration, home, loggers, log, givingUp.Token);
        if (host is null)
        {
            return; // stopped before it was ready
        }

        ReadyFile.Write(host.ThriftEndPoint.ToString(), host.AdminEndPoint?.ToString());
        await stop.Task;
        await host.StopAsync();

        void OnSignal(PosixSignalContext signal)
        {
            // Without this the runtime would end the process at once.
            signal.Cancel = true;
            stop.TrySetResult();
            givingUp.Cancel();
        }
    }

    private static async Task<ProxyHost?> StartAsync(
        LoadedConfiguration configuration, string home, ILoggerFactory loggers, ILogger log, CancellationToken cancellation)
    {
        try
        {
            return await ProxyHost.StartAsync(configuration.Options, home, loggers, cancellation: cancellation);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (StartupException e)
        {
            Log.CannotStart(log, e.Message);
            throw;
        }
    }

    private static void LogConfiguration(LoadedConfiguration configuration, string file, ILogger log)
    {
        Log.ConfigurationRead(log, Path.GetFullPath(file));
        foreach (string line in EffectiveConfiguration.Describe(configuration))
        {
            Log.Setting(log, line);
        }

        foreach (string warning in configuration.Warnings)
        {
            Log.ConfigurationWarning(log, warning);
        }
    }

    private static Dictionary<string, string?> EnvironmentVariables() => Environment.GetEnvironmentVariables()
        .Cast<DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value, StringComparer.Ordinal);

    private static partial class Log
    {
        [LoggerMessage(EventId = EventIds.Config + 1, Level = LogLevel.Information, Message = "Configuration read from {File}; in force:")]
        public static partial void ConfigurationRead(ILogger logger, string file);

        [LoggerMessage(EventId = EventIds.Proxy + 1, Level = LogLevel.Error, Message = "Cannot start: {Reason}")]
        public static partial void CannotStart(ILogger logger, string reason);

        [LoggerMessage(EventId = EventIds.Config + 2, Level = LogLevel.Information, Message = "  {Setting}")]
        public static partial void Setting(ILogger logger, string setting);

        [LoggerMessage(EventId = EventIds.Config + 3, Level = LogLevel.Warning, Message = "Configuration: {Warning}")]
        public static partial void ConfigurationWarning(ILogger logger, string warning);
    }
}
