using System.Text;
using Ddmq.Core.Routing;
using Xunit;

namespace Ddmq.UnitTests.Routing;

public class JavaHashTests
{
    /// <summary>Values of Java's String.hashCode().</summary>
    [Theory]
    [InlineData("", 0)]
    [InlineData("abc", 96354)]
    [InlineData("order-12345", 478832884)]
    [InlineData("polygenelubricants", int.MinValue)]
    [InlineData("14f22520-ad72-11e7-91be-6ee54da579e3", 139185948)]
    public void Compute_KnownStrings_GiveJavasValues(string text, int expected) =>
        Assert.Equal(expected, JavaHash.Compute(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("é")]
    [InlineData("日本語")]
    [InlineData("a😀b")]
    [InlineData("𐍈")]
    public void Compute_NonAscii_CountsUtf16Units(string text)
    {
        int expected = text.Aggregate(0, (hash, unit) => unchecked((31 * hash) + unit));

        Assert.Equal(expected, JavaHash.Compute(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void Compute_TruncatedSequence_Ends() => Assert.Equal(0xFFFD, JavaHash.Compute([0xE6, 0x97]));
}
