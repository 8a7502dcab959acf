using System.Diagnostics.CodeAnalysis;

namespace Ddmq.Thrift.Protocol;

/// <summary>The checks every length and count from a peer goes through before it is believed.</summary>
internal static class ThriftSizes
{
    /// <summary>Checks a container's count against the limit and against what the rest of the frame can hold.</summary>
    /// <param name="count">As read.</param>
    /// <param name="leastSize">The fewest bytes one element, or one pair, takes.</param>
    /// <param name="position">The byte behind the count.</param>
    /// <param name="remaining">The number of bytes from there on.</param>
    /// <param name="maxElements">The limit.</param>
    public static void Check(int count, int leastSize, int position, int remaining, int maxElements)
    {
        if (count < 0)
        {
            ThriftFormatException.ThrowNegativeSize(position, count);
        }

        long needed = (long)count * leastSize;
        if (needed > remaining)
        {
            ThriftFormatException.ThrowTruncated(position, needed, remaining);
        }

        if (count > maxElements)
        {
            ThriftFormatException.ThrowSizeLimit(position, count, maxElements);
        }
    }

    /// <summary>Says what is wrong with a string's length.</summary>
    [DoesNotReturn]
    public static void ThrowBinary(int length, int position, int remaining)
    {
        if (length < 0)
        {
            ThriftFormatException.ThrowNegativeSize(position, length);
        }

        ThriftFormatException.ThrowTruncated(position, length, remaining);
    }
}
