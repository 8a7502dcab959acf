using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Ddmq.Config.Loading;

/// <summary>
/// Builds <see cref="ConfigNode"/>s from YAML. The library's own document model refuses duplicate keys with an exception
/// at the first one; here they reach the binder, which reports every mistake of the file at once.
/// </summary>
internal sealed class YamlTree
{
    // A configuration is four levels deep; this only keeps a hostile file from exhausting the stack.
    private const int MaxDepth = 64;

    private readonly Parser _parser;
    private readonly Dictionary<string, ConfigNode> _anchors = new(StringComparer.Ordinal);
    private int _depth;

    private YamlTree(string text) => _parser = new Parser(new StringReader(text));

    /// <summary>The root of the file's one document, null when the file holds nothing but comments.</summary>
    /// <exception cref="YamlException">The text is not YAML, holds more than one document, or uses what a configuration does not need.</exception>
    public static ConfigNode? Parse(string text)
    {
        var tree = new YamlTree(text);
        try
        {
            return tree.ReadDocument();
        }
        catch (Exception) when (FindTab(text) is { } tab)
        {
            // The most frequent mistake of all, and the library points anywhere but at it.
            throw new YamlException(tab, tab, "the line is indented with a tab; expected spaces");
        }
        catch (Exception e) when (e is not YamlException)
        {
            // The library's scanner leaves some malformed texts ("a: [1" without its end) with other exceptions than its own.
            Mark last = tree._parser.Current?.End ?? new Mark(0, 1, 1);
            throw new YamlException(last, last, "something after this place is malformed, a bracket or a quote that is not closed for example");
        }
    }

    private static Mark? FindTab(string text)
    {
        long number = 0;
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            number++;
            ReadOnlySpan<char> indent = line[..(line.Length - line.TrimStart(" \t").Length)];
            if (indent.Contains('\t'))
            {
                return new Mark(0, number, indent.IndexOf('\t') + 1);
            }
        }

        return null;
    }

    private ConfigNode? ReadDocument()
    {
        _parser.Consume<StreamStart>();
        if (_parser.TryConsume<StreamEnd>(out _))
        {
            return null;
        }

        _parser.Consume<DocumentStart>();
        ConfigNode root = ReadNode();
        _parser.Consume<DocumentEnd>();
        if (_parser.TryConsume<DocumentStart>(out DocumentStart? second))
        {
            throw new YamlException(second.Start, second.Start, "a second document begins here; expected one document");
        }

        return root is ConfigScalar { IsNull: true } ? null : root;
    }

    private ConfigNode ReadNode()
    {
        if (_parser.TryConsume<AnchorAlias>(out AnchorAlias? alias))
        {
            return _anchors.TryGetValue(alias.Value.Value, out ConfigNode? target)
                ? target
                : throw new YamlException(alias.Start, alias.Start, $"the alias *{alias.Value} has no anchor before it");
        }

        if (!_parser.Accept<NodeEvent>(out NodeEvent? start) || start is null)
        {
            throw new YamlException(_parser.Current!.Start, _parser.Current.End, "expected a value");
        }

        if (++_depth > MaxDepth)
        {
            throw new YamlException(start.Start, start.Start, $"more than {MaxDepth} levels deep");
        }

        ConfigNode node = start switch
        {
            MappingStart => ReadMapping(),
            SequenceStart => ReadSequence(),
            _ => ReadScalar(),
        };
        _depth--;
        if (!start.Anchor.IsEmpty)
        {
            _anchors[start.Anchor.Value] = node;
        }

        return node;
    }

    private ConfigScalar ReadScalar()
    {
        Scalar scalar = _parser.Consume<Scalar>();
        return new ConfigScalar(scalar.Value, scalar.Style == ScalarStyle.Plain, scalar.Start.Line, scalar.Start.Column);
    }

    private ConfigSequence ReadSequence()
    {
        SequenceStart start = _parser.Consume<SequenceStart>();
        var items = new List<ConfigNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(ReadNode());
        }

        return new ConfigSequence(items, start.Start.Line, start.Start.Column);
    }

    private ConfigMapping ReadMapping()
    {
        MappingStart start = _parser.Consume<MappingStart>();
        var entries = new List<(ConfigScalar, ConfigNode)>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            ConfigNode key = ReadNode();
            if (key is not ConfigScalar name)
            {
                var place = new Mark(0, key.Line, key.Column);
                throw new YamlException(place, place, "a key must be a single word");
            }

            entries.Add((name, ReadNode()));
        }

        return new ConfigMapping(entries, start.Start.Line, start.Start.Column);
    }
}
