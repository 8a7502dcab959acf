using System.Collections;
using Ddmq.Config.Loading;

namespace Ddmq.Config;

/// <summary>Lists the settings in force, for the log and for <c>doctor</c>.</summary>
internal static class EffectiveConfiguration
{
    /// <summary>One line per setting: <c>path = value (source)</c>; secrets are replaced by <c>***</c>.</summary>
    public static IEnumerable<string> Describe(LoadedConfiguration configuration) =>
        Describe(configuration.Options, configuration.SourceOf);

    /// <inheritdoc cref="Describe(LoadedConfiguration)"/>
    /// <param name="options">An options object.</param>
    /// <param name="sourceOf">See <see cref="LoadedConfiguration.SourceOf"/>.</param>
    public static IEnumerable<string> Describe(object options, Func<string, string> sourceOf) =>
        Texts(options).Select(value => $"{value.Path} = {value.Text} ({sourceOf(value.Path)})");

    /// <summary>Every value as text, with its path; secrets are replaced by <c>***</c>.</summary>
    public static IEnumerable<(string Path, string Text)> Texts(object options) =>
        Values(options).Select(value => (value.Path, Show(value.Option, value.Value)));

    /// <summary>Every value with its path; elements of lists and maps of sections get paths of their own, other lists and maps are one value.</summary>
    public static IEnumerable<(string Path, OptionProperty Option, object? Value)> Values(object section, string prefix = "")
    {
        foreach (OptionProperty option in OptionSchema.Of(section.GetType()))
        {
            string path = OptionSchema.Join(prefix, option.Key);
            object? value = option.Property.GetValue(section);
            foreach ((string Path, OptionProperty Option, object? Value) inner in Expand(value, option, path))
            {
                yield return inner;
            }
        }
    }

    private static IEnumerable<(string Path, OptionProperty Option, object? Value)> Expand(object? value, OptionProperty option, string path)
    {
        if (option.Kind == OptionKind.Section)
        {
            return Values(value!, path);
        }

        bool holdsSections = option.Kind != OptionKind.Scalar
            && OptionSchema.KindOf(OptionSchema.ElementOf(option.Property.PropertyType)) == OptionKind.Section;
        return value switch
        {
            IDictionary { Count: > 0 } map when holdsSections =>
                map.Keys.Cast<string>().SelectMany(key => Values(map[key]!, OptionSchema.Join(path, key))),
            IList { Count: > 0 } list when holdsSections =>
                Enumerable.Range(0, list.Count).SelectMany(i => Values(list[i]!, $"{path}[{i}]")),
            _ => [(path, option, value)],
        };
    }

    private static string Show(OptionProperty option, object? value) => option.IsSecret && Show(value) != "\"\"" ? "***" : Show(value);

    private static string Show(object? value) => value switch
    {
        string text => $"\"{text.ReplaceLineEndings(" ")}\"",
        IDictionary map => $"{{{string.Join(", ", map.Keys.Cast<string>().Select(key => $"{key}: {Show(map[key])}"))}}}",
        IList list => $"[{string.Join(", ", list.Cast<object>().Select(Show))}]",
        _ => ScalarText.Format(value),
    };
}
