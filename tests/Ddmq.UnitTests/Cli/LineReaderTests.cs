using System.Text;
using Ddmq.Cli;
using Xunit;

namespace Ddmq.UnitTests.Cli;

public sealed class LineReaderTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("a", "[a]")]
    [InlineData("a\n", "[a]")]
    [InlineData("a\nb", "[a][b]")]
    [InlineData("\n\na\r\n", "[][][a\r]")]
    public async Task ReadAsync_Text_GivesItsLines(string text, string expected)
    {
        for (int chunk = 1; chunk <= 4; chunk++)
        {
            var reader = new LineReader(new ChunkedStream(Encoding.UTF8.GetBytes(text), chunk));

            Assert.Equal(expected, await ReadAllAsync(reader));
        }
    }

    [Fact]
    public async Task ReadAsync_LineLongerThanTheBuffer_IsWhole()
    {
        string line = string.Concat(Enumerable.Range(0, 30_000).Select(number => $"{number} "));
        var reader = new LineReader(new ChunkedStream(Encoding.UTF8.GetBytes($"first\n{line}\nlast"), 5000));

        Assert.Equal($"[first][{line}][last]", await ReadAllAsync(reader));
    }

    [Fact]
    public async Task ReadAsync_BytesThatAreNotText_AreKept()
    {
        var reader = new LineReader(new MemoryStream([0xff, 0, 0x80, (byte)'\n', 0xc3]));

        string? first = Hex(await reader.ReadAsync(default));
        string? second = Hex(await reader.ReadAsync(default));
        string? third = Hex(await reader.ReadAsync(default));

        Assert.Equal(("FF0080", "C3", null), (first, second, third));
    }

    private static string? Hex(ReadOnlyMemory<byte>? bytes) => bytes is { } line ? Convert.ToHexString(line.Span) : null;

    private static async Task<string> ReadAllAsync(LineReader reader)
    {
        var text = new StringBuilder();
        while (await reader.ReadAsync(default) is { } line)
        {
            text.Append('[').Append(Encoding.UTF8.GetString(line.Span)).Append(']');
        }

        return text.ToString();
    }

    /// <summary>Gives at most so many bytes at a time, as a pipe may.</summary>
    private sealed class ChunkedStream(byte[] bytes, int chunk) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, chunk)], cancellationToken);
    }
}
