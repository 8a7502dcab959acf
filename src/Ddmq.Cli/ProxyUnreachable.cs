namespace Ddmq.Cli;

/// <summary>The error of every verb that speaks Thrift to a proxy that is not there.</summary>
internal static class ProxyUnreachable
{
    /// <summary>The exception to throw.</summary>
    public static CliException Because((string Host, int Port) proxy, Exception exception) => new(
        ExitCodes.Unreachable,
        $"cannot connect to a proxy at {proxy.Host}:{proxy.Port}: {exception.GetBaseException().Message}. "
        + "Start one with ./control.sh start, or say where it is with --proxy HOST:PORT (DDMQ_PROXY)");
}
