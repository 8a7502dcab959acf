namespace Ddmq.Core.Limits;

/// <summary>What one call costs an owner of limits.</summary>
/// <param name="Messages">Messages, at least 1.</param>
/// <param name="Bytes">Bytes of their bodies.</param>
internal readonly record struct Charge(int Messages, long Bytes)
{
    public static Charge operator +(Charge left, Charge right) => new(left.Messages + right.Messages, left.Bytes + right.Bytes);
}
