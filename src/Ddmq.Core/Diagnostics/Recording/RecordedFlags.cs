namespace Ddmq.Core.Diagnostics.Recording;

/// <summary>What is true of a recorded message.</summary>
[Flags]
internal enum RecordedFlags : byte
{
    /// <summary>None of it.</summary>
    None = 0,

    /// <summary>A store had it, to answer later.</summary>
    WasHandedOver = 1,

    /// <summary>It was recognised as one sent before.</summary>
    IsDuplicate = 2,

    /// <summary>It is what a store said after the request had been answered.</summary>
    IsLate = 4,
}
