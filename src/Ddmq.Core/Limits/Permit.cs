namespace Ddmq.Core.Limits;

/// <summary>What was taken from a <see cref="MessageLimit"/>.</summary>
internal enum Permit : byte
{
    /// <summary>Nothing: the message is over the limit, or there is none.</summary>
    None,

    /// <summary>A permit of the normal part.</summary>
    Normal,

    /// <summary>A permit of the warning part.</summary>
    Warning,
}
