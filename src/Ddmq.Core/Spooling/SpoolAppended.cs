using Ddmq.Core.Messages;

namespace Ddmq.Core.Spooling;

/// <summary>What became of an append.</summary>
/// <param name="Stored"><see cref="Stored.Yes"/>: on the disk, fdatasync done. No: it is not there. Unknown: it may be found later.</param>
/// <param name="Offset">Its place in the lane.</param>
/// <param name="Bytes">Its size on the disk.</param>
/// <param name="Failure">Why it is not there for sure; null when it is.</param>
public readonly record struct SpoolAppended(Stored Stored, long Offset = -1, int Bytes = 0, string? Failure = null);
