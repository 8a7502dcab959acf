using System.Text;

namespace Ddmq.TestKit.Storage;

/// <summary>One message as a store's own reader gives it back.</summary>
/// <param name="Partition">Where it lies.</param>
/// <param name="Offset">Where it lies.</param>
/// <param name="Key">Null when it has none.</param>
/// <param name="Tags">Null when it has none.</param>
/// <param name="Properties">In the order sent.</param>
/// <param name="Body">The body.</param>
public sealed record ReadBackMessage(
    int Partition, long Offset, byte[]? Key, byte[]? Tags, IReadOnlyList<(byte[] Name, byte[] Value)> Properties, byte[] Body)
{
    /// <summary>The key as text, null when it has none.</summary>
    public string? KeyText => Key is null ? null : Encoding.UTF8.GetString(Key);

    /// <summary>The body as text.</summary>
    public string BodyText => Encoding.UTF8.GetString(Body);
}
