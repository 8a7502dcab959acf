namespace Ddmq.Core.Diagnostics.Recording;

/// <summary>What the limits said to a message.</summary>
public enum LimiterOutcome : byte
{
    /// <summary>They were not asked: limits are off, or the message was answered before.</summary>
    NotAsked,

    /// <summary>It had its permits at once.</summary>
    Admitted,

    /// <summary>It had its permits after a wait.</summary>
    Delayed,

    /// <summary>It was refused.</summary>
    Refused,
}
