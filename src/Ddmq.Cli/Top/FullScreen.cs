using System.Text;

namespace Ddmq.Cli.Top;

/// <summary>
/// The terminal's other screen, drawn over again and again, and the user's own as it was after <see cref="Dispose"/>. Plain ANSI, one write for each
/// picture, so that nothing flickers. Not thread-safe.
/// </summary>
internal sealed class FullScreen : IDisposable
{
    private const string Enter = "\u001b[?1049h\u001b[?25l";
    private const string Leave = "\u001b[?25h\u001b[?1049l";
    private const string Home = "\u001b[H";
    private const string ClearToLineEnd = "\u001b[K";
    private const string ClearBelow = "\u001b[J";

    private readonly TextWriter _output;
    private bool _isLeft;

    /// <param name="output">A terminal.</param>
    public FullScreen(TextWriter output)
    {
        _output = output;
        _output.Write(Enter);
    }

    /// <summary>Shows these lines and nothing else; they must fit.</summary>
    public void Draw(IReadOnlyList<string> lines)
    {
        // No line feed behind the last one: it would scroll a screen that is full.
        var picture = new StringBuilder(Home);
        for (int i = 0; i < lines.Count; i++)
        {
            picture.Append(i == 0 ? "" : "\r\n").Append(lines[i]).Append(ClearToLineEnd);
        }

        _output.Write(picture.Append(ClearBelow).ToString());
        _output.Flush();
    }

    /// <summary>Gives the user's screen and cursor back. Idempotent.</summary>
    public void Dispose()
    {
        if (!_isLeft)
        {
            _isLeft = true;
            _output.Write(Leave);
            _output.Flush();
        }
    }
}
