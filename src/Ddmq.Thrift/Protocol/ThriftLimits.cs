namespace Ddmq.Thrift.Protocol;

/// <summary>How much a peer may ask of a reader. Immutable; thread-safe.</summary>
public sealed class ThriftLimits
{
    /// <summary>The deepest nesting any reader supports.</summary>
    public const int HighestMaxDepth = 64;

    /// <summary>The defaults.</summary>
    public static ThriftLimits Default { get; } = new();

    /// <summary>How deep structs and containers may nest, the argument struct included; 1 to 64, default 64.</summary>
    public int MaxDepth
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, HighestMaxDepth);
            field = value;
        }
    } = HighestMaxDepth;

    /// <summary>
    /// How many elements one container may have; default 1,000,000. An empty struct is one byte on the wire and some
    /// 200 bytes as an object, so this, and not the frame limit alone, bounds what a hostile list can cost.
    /// </summary>
    public int MaxContainerElements
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    } = 1_000_000;
}
