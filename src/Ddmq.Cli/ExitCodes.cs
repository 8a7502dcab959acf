namespace Ddmq.Cli;

/// <summary>What the command's exit codes mean to a script; the same for every verb. A contract: see docs/cli.md.</summary>
internal static class ExitCodes
{
    /// <summary>Done, and all of it.</summary>
    public const int Ok = 0;

    /// <summary>Done in part or not at all: messages refused or failed, proxy not ready, topic unknown.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong; nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>No connection to the proxy, or to ZooKeeper.</summary>
    public const int Unreachable = 3;

    /// <summary>Somebody else wrote the same nodes meanwhile; nothing was written, and running the command again is safe.</summary>
    public const int Conflict = 4;

    /// <summary>What was compared differs.</summary>
    public const int Different = 5;

    /// <summary>Interrupted before the work was done, as shells number it: 128 + SIGINT.</summary>
    public const int Interrupted = 130;
}
