namespace Ddmq.Core.Diagnostics;

/// <summary>
/// Where the event ids of log messages begin, by area; each area has <see cref="RangeSize"/> of them. Every
/// <c>[LoggerMessage]</c> names its id explicitly: ids are what alerts are written against, so one that was released keeps
/// its meaning and a retired one is not used again. A test holds all assemblies to this.
/// To add a message: the next free id of its area, found by searching for <c>EventId</c> there.
/// </summary>
public static class EventIds
{
    /// <summary>How many ids an area has.</summary>
    public const int RangeSize = 1000;

    /// <summary>The process and its admin port.</summary>
    public const int Proxy = 1000;

    /// <summary>Connections, frames and the protocol.</summary>
    public const int Thrift = 2000;

    /// <summary>Stores and their clients.</summary>
    public const int Store = 3000;

    /// <summary>Configuration and logging.</summary>
    public const int Config = 4000;

    /// <summary>A message's way from accepted to answered.</summary>
    public const int Pipeline = 5000;

    /// <summary>Messages that wait on this proxy's disk.</summary>
    public const int Spool = 6000;
}
