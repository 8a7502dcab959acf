using System.Text;
using Ddmq.Cli.Zk;
using Xunit;

namespace Ddmq.UnitTests.Cli.Zk;

public sealed class MemberDiffTests
{
    [Theory]
    [InlineData("""{"a":1,"b":{"c":"x"}}""", """{ "b" : {"c":"x"}, "a":1 }""", "")]
    [InlineData("""{"a":1}""", """{"a":2}""", "a: 1 -> 2")]
    [InlineData("""{"a":1}""", """{"a":1,"b":true}""", "b: true")]
    [InlineData("""{"a":1,"b":true}""", """{"a":1}""", "b: true -> (none)")]
    [InlineData("""{"t":["x","y"]}""", """{"t":["y","z"]}""", "t: + z, - x")]
    [InlineData("""{"t":["x","y"]}""", """{"t":["y","x"]}""", "t: x,y -> y,x")]
    [InlineData("""{"t":[]}""", """{"t":["x"]}""", "t: + x")]
    [InlineData("""{"u":[{"m":1},{"m":2}]}""", """{"u":[{"m":1},{"m":3}]}""", "u[1].m: 2 -> 3")]
    [InlineData("carrera", """{"a":1}""", "a: 1|carrera -> (none)")]
    [InlineData("""{"a":"x"}""", """{"a":"\u001b[2J"}""", """a: "x" -> "\u001B[2J" """)]
    public void Compare_TwoContents_NamesTheMembers(string before, string after, string expected)
    {
        IEnumerable<string> differences = MemberDiff.Compare(Encoding.UTF8.GetBytes(before), Encoding.UTF8.GetBytes(after)).Select(difference => difference.ToString());

        Assert.Equal(expected.Trim(), string.Join('|', differences));
    }

    [Fact]
    public void Compare_NewAndDeletedNode_NamesEveryMember()
    {
        byte[] content = """{"a":1,"b":{"c":2}}"""u8.ToArray();

        Assert.Equal(["a: 1", "b.c: 2"], MemberDiff.Compare(null, content).Select(difference => difference.ToString()));
        Assert.Equal(["a: 1 -> (none)", "b.c: 2 -> (none)"], MemberDiff.Compare(content, null).Select(difference => difference.ToString()));
    }
}
