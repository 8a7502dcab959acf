using System.Collections;

namespace Ddmq.Config.Loading;

/// <summary>Fills options objects from the file's nodes. Goes on after an error, so that all are reported.</summary>
/// <param name="report">Where errors go.</param>
/// <param name="ignoresUnknown">
/// Passes over keys it does not know, null elements, and all but the last of equal keys, instead of calling them mistakes: for texts
/// that other programs write.
/// </param>
internal sealed class OptionBinder(BindingReport report, bool ignoresUnknown = false)
{
    private static readonly string[] AllPaths = [.. OptionSchema.Walk(typeof(CarreraOptions)).Select(item => item.Path)];

    /// <summary>Sets what the node says on a section; what it does not mention keeps its value.</summary>
    public void Bind(ConfigNode node, object section, string path)
    {
        if (node is not ConfigMapping mapping)
        {
            report.Add(node, path, $"{Describe(node)} where settings (key: value) are expected");
            return;
        }

        var seen = new Dictionary<OptionProperty, ConfigScalar>();
        foreach ((ConfigScalar key, ConfigNode value) in mapping.Entries)
        {
            OptionProperty? option = OptionSchema.Find(section.GetType(), key.Text);
            if (option is null)
            {
                if (ignoresUnknown)
                {
                    continue;
                }

                report.Add(key, OptionSchema.Join(path, key.Text), UnknownKey(key.Text, section.GetType()));
            }
            else if (!seen.TryAdd(option, key) && !ignoresUnknown)
            {
                report.Add(key, OptionSchema.Join(path, option.Key), $"given twice; the first time in line {seen[option].Line}");
            }
            else
            {
                BindOption(value, section, option, OptionSchema.Join(path, option.Key));
            }
        }
    }

    /// <summary>Sets one value from text, as an environment variable has it.</summary>
    /// <returns>What is wrong, or null.</returns>
    public static string? TrySet(object section, OptionProperty option, string text)
    {
        (object? value, string? error) = ParseScalar(text, option.Property.PropertyType, option);
        if (error is null)
        {
            option.Property.SetValue(section, value);
        }

        return error;
    }

    private void BindOption(ConfigNode node, object section, OptionProperty option, string path)
    {
        if (node is ConfigScalar { IsNull: true })
        {
            return;
        }

        report.CameFrom(path, node);
        if (option.Kind == OptionKind.Section)
        {
            Bind(node, option.Property.GetValue(section)!, path);
            return;
        }

        object? value = Read(node, option.Property.PropertyType, option, path);
        if (value is not null)
        {
            option.Property.SetValue(section, value);
        }
    }

    private object? Read(ConfigNode node, Type type, OptionProperty option, string path)
    {
        report.CameFrom(path, node);
        switch (OptionSchema.KindOf(type))
        {
            case OptionKind.Section:
                object section = Activator.CreateInstance(type)!;
                Bind(node, section, path);
                return section;
            case OptionKind.List:
                return ReadList(node, type, option, path);
            case OptionKind.Map:
                return ReadMap(node, type, option, path);
            default:
                if (node is not ConfigScalar scalar)
                {
                    report.Add(node, path, $"{Describe(node)} where a single value is expected; expected {ScalarText.Expected(type, option.Rule)}");
                    return null;
                }

                (object? value, string? error) = ParseScalar(scalar.Text, type, option);
                if (error is not null)
                {
                    report.Add(scalar, path, error);
                }

                return value;
        }
    }

    private IList? ReadList(ConfigNode node, Type type, OptionProperty option, string path)
    {
        if (node is not ConfigSequence sequence)
        {
            report.Add(node, path, $"{Describe(node)} where a list is expected");
            return null;
        }

        var list = (IList)Activator.CreateInstance(type)!;
        for (int i = 0; i < sequence.Items.Count; i++)
        {
            if (ignoresUnknown && sequence.Items[i] is ConfigScalar { IsNull: true })
            {
                continue;
            }

            if (Read(sequence.Items[i], OptionSchema.ElementOf(type), option, $"{path}[{i}]") is { } value)
            {
                list.Add(value);
            }
        }

        return list;
    }

    private IDictionary? ReadMap(ConfigNode node, Type type, OptionProperty option, string path)
    {
        if (node is not ConfigMapping mapping)
        {
            report.Add(node, path, $"{Describe(node)} where names with values (name: value) are expected");
            return null;
        }

        var map = (IDictionary)Activator.CreateInstance(type)!;
        foreach ((ConfigScalar key, ConfigNode item) in mapping.Entries)
        {
            string itemPath = OptionSchema.Join(path, key.Text);
            if (ignoresUnknown && item is ConfigScalar { IsNull: true })
            {
                continue;
            }

            if (map.Contains(key.Text) && !ignoresUnknown)
            {
                report.Add(key, itemPath, "given twice");
            }
            else if (Read(item, OptionSchema.ElementOf(type), option, itemPath) is { } value)
            {
                map[key.Text] = value;
            }
        }

        return map;
    }

    private static (object? Value, string? Error) ParseScalar(string text, Type type, OptionProperty option)
    {
        string shown = option.IsSecret ? "the value" : $"\"{Shorten(text)}\"";
        string expected = ScalarText.Expected(type, option.Rule);
        object? value = ScalarText.Parse(text, type, out string problem);
        if (value is null)
        {
            return (null, $"{shown} {problem}; expected {expected}");
        }

        return option.Rule is null || option.Rule.Allows(value)
            ? (value, null)
            : (null, $"{shown} is {(option.Rule is LimitsAttribute ? "out of range" : "not allowed")}; expected {expected}");
    }

    private static string UnknownKey(string key, Type section)
    {
        string? sibling = Nearest.To(key, OptionSchema.Of(section).Select(option => option.Key));
        if (sibling is not null)
        {
            return $"unknown setting; did you mean {sibling}?";
        }

        // The right word in the wrong place: say where it belongs.
        string? elsewhere = AllPaths.FirstOrDefault(path => OptionSchema.Normalize(path[(path.LastIndexOf('.') + 1)..]) == OptionSchema.Normalize(key));
        return elsewhere is null
            ? $"unknown setting; expected one of {string.Join(", ", OptionSchema.Of(section).Select(option => option.Key))}"
            : $"unknown setting; did you mean {elsewhere}?";
    }

    private static string Describe(ConfigNode node) => node switch
    {
        ConfigScalar scalar => $"\"{Shorten(scalar.Text)}\" stands",
        ConfigSequence => "a list stands",
        _ => "a group of settings stands",
    };

    private static string Shorten(string text)
    {
        const int Longest = 80;
        string line = text.ReplaceLineEndings(" ");
        return line.Length <= Longest ? line : line[..Longest] + "...";
    }
}
