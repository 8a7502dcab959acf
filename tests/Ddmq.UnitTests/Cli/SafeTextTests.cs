using System.Text;
using Ddmq.Cli.Output;
using Xunit;

namespace Ddmq.UnitTests.Cli;

public sealed class SafeTextTests
{
    [Theory]
    [InlineData("plain text, {\"json\":\"a\\nb\"}", "plain text, {\"json\":\"a\\nb\"}")]
    [InlineData("Grüße 你好 🎉", "Grüße 你好 🎉")]
    [InlineData("two\nlines\r\n\tindented", "two\\nlines\\r\\n\\tindented")]
    [InlineData("\u001b[2J\u001b]0;title\u0007", "\\u{1b}[2J\\u{1b}]0;title\\u{7}")]
    [InlineData("\u009b31m", "\\u{9b}31m")]
    [InlineData("\0\u007f\b", "\\u{0}\\u{7f}\\u{8}")]
    [InlineData("abc\u202etxt.exe", "abc\\u{202e}txt.exe")]
    [InlineData("line\u2028separator", "line\\u{2028}separator")]
    [InlineData("", "")]
    public void Of_Text_IsFitForOneLineOfATerminal(string text, string expected) =>
        Assert.Equal(expected, SafeText.Of(text));

    [Fact]
    public void Of_BytesThatAreNotUtf8_AreEscapedEach() =>
        Assert.Equal("a\\xff\\xc3(\\xe2\\x82", SafeText.Of([(byte)'a', 0xff, 0xc3, (byte)'(', 0xe2, 0x82]));

    [Fact]
    public void Of_EveryByte_LeavesNoControlCharacter()
    {
        byte[] bytes = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];

        string text = SafeText.Of(bytes);

        Assert.DoesNotContain(text, char.IsControl);
    }

    [Fact]
    public void Of_LongText_IsCutAndSaysHowLongItIs()
    {
        byte[] bytes = Encoding.UTF8.GetBytes(new string('x', 5000));

        Assert.Equal(new string('x', 100) + "… (5000 bytes)", SafeText.Of(bytes, 100));
    }
}
