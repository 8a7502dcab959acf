namespace Ddmq.Thrift.CodeGen.Idl;

/// <summary>
/// Splits an IDL file into words. Comments of the form <c>/** ... */</c> document the word that follows; the other three
/// forms (<c>/* */</c>, <c>//</c>, <c>#</c>) are dropped.
/// </summary>
internal sealed class IdlLexer(string text)
{
    private int _position;
    private int _line = 1;
    private string? _doc;

    /// <summary>The file's words, the last of which is <see cref="IdlTokenKind.End"/>.</summary>
    public static List<IdlToken> Split(string text)
    {
        var lexer = new IdlLexer(text);
        var tokens = new List<IdlToken>();
        do
        {
            tokens.Add(lexer.Next());
        }
        while (tokens[^1].Kind != IdlTokenKind.End);

        return tokens;
    }

    private char Current => _position < text.Length ? text[_position] : '\0';

    private IdlToken Next()
    {
        SkipBlanksAndComments();
        string? doc = _doc;
        _doc = null;
        int start = _position;
        char first = Current;
        if (_position >= text.Length)
        {
            return new IdlToken(IdlTokenKind.End, "", _line, doc);
        }

        if (char.IsAsciiLetter(first) || first == '_')
        {
            TakeWhile(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.');
            return new IdlToken(IdlTokenKind.Name, text[start.._position], _line, doc);
        }

        if (char.IsAsciiDigit(first) || first == '-')
        {
            _position++;
            TakeWhile(char.IsAsciiDigit);
            return new IdlToken(IdlTokenKind.Number, text[start.._position], _line, doc);
        }

        if (first is '"' or '\'')
        {
            _position++;
            TakeWhile(c => c != first && c != '\n');
            if (Current != first)
            {
                throw new IdlException(_line, "text without a closing quote");
            }

            _position++;
            return new IdlToken(IdlTokenKind.Literal, text[(start + 1)..(_position - 1)], _line, doc);
        }

        _position++;
        return new IdlToken(IdlTokenKind.Mark, first.ToString(), _line, doc);
    }

    private void SkipBlanksAndComments()
    {
        while (_position < text.Length)
        {
            if (char.IsWhiteSpace(Current))
            {
                _line += Current == '\n' ? 1 : 0;
                _position++;
            }
            else if (Current == '#' || At("//"))
            {
                TakeWhile(c => c != '\n');
            }
            else if (At("/*"))
            {
                SkipBlockComment();
            }
            else
            {
                return;
            }
        }
    }

    private void SkipBlockComment()
    {
        int end = text.IndexOf("*/", _position + 2, StringComparison.Ordinal);
        if (end < 0)
        {
            throw new IdlException(_line, "comment without an end");
        }

        string comment = text[_position..end];
        if (comment.StartsWith("/**", StringComparison.Ordinal))
        {
            // One paragraph: the stars at the start of lines and the line breaks are layout.
            IEnumerable<string> lines = comment[3..].Split('\n').Select(line => line.Trim().TrimStart('*').Trim());
            _doc = string.Join(' ', lines.Where(line => line.Length > 0));
        }

        _line += comment.Count(c => c == '\n');
        _position = end + 2;
    }

    private bool At(string mark) => string.CompareOrdinal(text, _position, mark, 0, mark.Length) == 0;

    private void TakeWhile(Func<char, bool> belongs)
    {
        while (_position < text.Length && belongs(text[_position]))
        {
            _position++;
        }
    }
}
