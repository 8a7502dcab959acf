using Ddmq.Core.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Ddmq.Core.Pipeline;

/// <summary>What the pipeline logs: bugs, and what an operator should know of limits; everything else is a result.</summary>
internal static partial class Log
{
    [LoggerMessage(EventIds.Pipeline + 1, LogLevel.Error, "The store of cluster {Cluster} threw instead of answering")]
    public static partial void StoreThrew(ILogger logger, Exception exception, string? cluster);

    [LoggerMessage(EventIds.Pipeline + 2, LogLevel.Error, "A stage of the pipeline threw instead of answering")]
    public static partial void StageThrew(ILogger logger, Exception exception);

    [LoggerMessage(EventIds.Pipeline + 4, LogLevel.Error, "What became of a message of topic {Topic} is not recorded, nor how long it took; its producer is answered all the same")]
    public static partial void NotRecorded(ILogger logger, Exception exception, string? topic);

    [LoggerMessage(EventIds.Pipeline + 5, LogLevel.Error, "A message of topic {Topic} was given up on and is not in the drop log; its producer is answered all the same")]
    public static partial void DropNotWritten(ILogger logger, Exception exception, string? topic);

    [LoggerMessage(EventIds.Pipeline + 20, LogLevel.Warning,
        "Limits of {Owner}: {Refused} messages refused, {Warned} admitted with a warning, since the last line about them")]
    public static partial void OverLimit(ILogger logger, string owner, long refused, long warned);
}
