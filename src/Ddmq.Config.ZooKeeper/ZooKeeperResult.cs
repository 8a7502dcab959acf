using System.Diagnostics.CodeAnalysis;

namespace Ddmq.Config.ZooKeeper;

/// <summary>How a call ended, and its value when it succeeded.</summary>
/// <param name="Error"><see cref="ZooKeeperError.Ok"/>, or why there is no value.</param>
/// <param name="Value">The type's default unless <see cref="IsOk"/>.</param>
public readonly record struct ZooKeeperResult<T>(ZooKeeperError Error, T? Value)
{
    /// <summary>Whether it succeeded.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    public bool IsOk => Error == ZooKeeperError.Ok;
}
