namespace Ddmq.Core.Spooling;

/// <summary>Why an entry left the spool for the drop log.</summary>
public enum SpoolDropReason
{
    /// <summary>It had become older than <see cref="SpoolSettings.MaxAge"/>.</summary>
    Aged,

    /// <summary>The cluster refused it for good.</summary>
    Refused,

    /// <summary>Its bytes on the disk are not what was written.</summary>
    Damaged,
}
