namespace Ddmq.Core.Limits;

/// <summary>What was taken from a <see cref="RateLimit"/>.</summary>
/// <param name="Part">The part it was taken from.</param>
/// <param name="CostNs">What the part was charged.</param>
internal readonly record struct Permit(PermitPart Part, long CostNs);
