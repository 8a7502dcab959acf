using System.Text;
using Ddmq.Core.Messages;
using Microsoft.Extensions.Logging;

namespace Ddmq.Core.Diagnostics;

/// <summary>
/// One JSON line for every message that was good and is given up on: which, why, and whether it may be stored all the
/// same. Refusals are not drops: their producers were told at once what to mend. Thread-safe.
/// </summary>
/// <param name="logger">The category <see cref="Category"/>, which has a file of its own.</param>
/// <param name="keepsBodies">Whether lines carry the body, so that the message can be sent again from them.</param>
public sealed partial class DropLog(ILogger logger, bool keepsBodies)
{
    /// <summary>The log category of the lines.</summary>
    public const string Category = "Ddmq.Drop";

    /// <summary>Whether a message with that result has been given up on.</summary>
    public static bool IsDrop(SendStatus status) => status is SendStatus.Unknown or SendStatus.Timeout or SendStatus.TopicNotExist;

    /// <summary>Writes a message's line.</summary>
    public void Write(SendRequest request, SendResult result)
    {
        byte[] line = DropLine.Of(request, SendStatuses.Name(result.Status), result.Stored, result.Detail, keepsBodies);
        Log.Dropped(logger, Encoding.UTF8.GetString(line));
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.Pipeline + 3, LogLevel.Warning, "{Line}")]
        public static partial void Dropped(ILogger logger, string line);
    }
}
