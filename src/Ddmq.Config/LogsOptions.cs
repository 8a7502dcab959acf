using Microsoft.Extensions.Logging;

namespace Ddmq.Config;

/// <summary>Log files.</summary>
internal sealed class LogsOptions
{
    /// <summary>Folder of the log files, relative to the home folder.</summary>
    [NotEmpty]
    public string Path { get; set; } = "logs";

    /// <summary>Lines below this level are left out. Also takes the original's names (INFO, WARN, ...).</summary>
    [EnvironmentAlias("LOG_CARRERA_LEVEL")]
    public LogLevel Level { get; set; } = LogLevel.Information;

    /// <summary>Days after which a file that is no longer written is deleted; 0 keeps it.</summary>
    [Limits(0, 36500)]
    public int RetainedDays { get; set; } = 7;

    /// <summary>Bytes of all log files together beyond which the oldest are deleted; 0 for no limit.</summary>
    [Limits(0)]
    public long TotalBytesLimit { get; set; } = 1073741824;

    /// <summary>Bytes after which a file is continued in another; at midnight it is in any case.</summary>
    [Limits(1024, 2147483647)]
    public int FileBytesLimit { get; set; } = 104857600;

    /// <summary>Whether the drop log keeps the bodies of messages given up on, so that they can be sent again from it.</summary>
    public bool DropBodies { get; set; }

    /// <summary>Whether lines also go to standard output.</summary>
    public bool Console { get; set; }
}
