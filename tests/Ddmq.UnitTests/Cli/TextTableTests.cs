using System.Text;
using Ddmq.Cli.Output;
using Xunit;

namespace Ddmq.UnitTests.Cli;

public sealed class TextTableTests
{
    [Fact]
    public void WriteTo_NoTerminal_AlignsByBlanks() => Assert.Equal(
        "TOPIC   BYTES\nlonger      7\nx       12345\n",
        Write(isTerminal: false));

    [Fact]
    public void WriteTo_Terminal_HasEveryCell()
    {
        string text = Write(isTerminal: true);

        Assert.All(["Topic", "Bytes", "longer", "7", "x", "12345"], cell => Assert.Contains(cell, text));
    }

    private static string Write(bool isTerminal)
    {
        using var output = new MemoryStream();
        using var context = new CliContext(output, TextWriter.Null) { IsTerminal = isTerminal };
        var table = new TextTable("Topic", ">Bytes");
        table.Add("longer", "7");
        table.Add("x", "12345");
        table.WriteTo(context);
        context.Out.Flush();
        return Encoding.UTF8.GetString(output.ToArray());
    }
}
