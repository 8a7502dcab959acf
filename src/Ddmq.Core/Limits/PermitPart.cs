namespace Ddmq.Core.Limits;

/// <summary>The parts of a <see cref="RateLimit"/>.</summary>
internal enum PermitPart : byte
{
    /// <summary>Nothing: over the limit, or there is none.</summary>
    None,

    /// <summary>The normal part.</summary>
    Normal,

    /// <summary>The last share of the limit, which is admitted with a warning.</summary>
    Warning,
}
