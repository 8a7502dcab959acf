using Ddmq.Config;
using Ddmq.Config.Loading;
using Ddmq.Config.Nodes;
using Ddmq.TestKit;
using Xunit;

namespace Ddmq.UnitTests.Configuration;

/// <summary>Holds the tables of docs/configuration.md to the classes, in both directions.</summary>
public class ConfigurationDocumentTests
{
    private static readonly Dictionary<string, string[]> Rows = ReadRows();

    // Every key of the file, and those of the nodes that the file does not have.
    private static readonly IReadOnlyList<(string Path, OptionProperty Option)> Documented =
    [
        .. OptionSchema.Walk(typeof(CarreraOptions)),
        .. OptionSchema.Walk(typeof(ProxyNodeOptions))
            .Where(item => !item.Path.StartsWith("carreraConfiguration.", StringComparison.Ordinal)).Select(item => ($"/pproxy/*: {item.Path}", item.Option)),
        .. OptionSchema.Walk(typeof(TopicOptions)).Select(item => ($"/topic/*: {item.Path}", item.Option)),
    ];

    [Fact]
    public void Tables_Keys_AreThoseOfTheClasses() => Assert.Equal(
        Documented.Select(item => item.Path).Order(StringComparer.Ordinal), Rows.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Tables_TypeDefaultRangeAndVariable_AreThoseOfTheClasses()
    {
        var expected = Documented.ToDictionary(item => item.Path, item => FactsOf(item.Path, item.Option));

        var documented = Rows.ToDictionary(row => row.Key, row => string.Join(" | ", row.Value[1..5]));

        Assert.Equal(expected.OrderBy(pair => pair.Key, StringComparer.Ordinal), documented.OrderBy(pair => pair.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void Tables_EverySetting_SaysWhatItDoesAndWhen()
    {
        foreach ((string path, OptionProperty option) in Documented)
        {
            string effect = Rows[path][5];
            Assert.True(effect.Length > 10, $"{path} has no effect described");

            // A unit's proxies mean something in a node only.
            bool hasNone = option.NoEffect is not null && path != "/topic/*: topicUnits[].proxies";
            Assert.True(hasNone == effect.Contains("*No effect: ", StringComparison.Ordinal), path);
            Assert.Equal((path, When(path, option, effect, hasNone)), (path, Rows[path][6]));
        }
    }

    private static string When(string path, OptionProperty option, string effect, bool hasNone) => path switch
    {
        _ when path[0] == '/' => hasNone || effect.Contains("Informational", StringComparison.Ordinal) ? "-" : "at once",
        _ when path.StartsWith("carreraConfiguration.thriftServer.", StringComparison.Ordinal) => "restart",
        _ when path.StartsWith("carreraConfiguration.", StringComparison.Ordinal) && option.NoEffect is null => "restart; from its node: at once",
        _ => "restart",
    };

    private static string FactsOf(string path, OptionProperty option)
    {
        object owner = Activator.CreateInstance(option.Property.DeclaringType!)!;
        Type type = option.Property.PropertyType;
        string variable = OptionSchema.Scalars().FirstOrDefault(item => item.Path == path).Variable is { } name ? $"`{name}`" : "-";
        string alias = option.EnvironmentAlias is null ? "" : $", `{option.EnvironmentAlias}`";
        string range = option.Rule is null && (option.Kind != OptionKind.Scalar || type == typeof(string)) ? "any" : ScalarText.Expected(type, option.Rule);
        return $"{TypeName(type)} | `{Default(option, option.Property.GetValue(owner))}` | {(range is "a whole number" or "a number" ? "any" : range)} | {variable}{alias}";
    }

    private static string Default(OptionProperty option, object? value) => option.Kind switch
    {
        OptionKind.List => "[]",
        OptionKind.Map => "{}",
        _ => value is "" ? "\"\"" : ScalarText.Format(value),
    };

    private static string TypeName(Type type) => OptionSchema.KindOf(type) switch
    {
        OptionKind.List => $"list of {TypeName(OptionSchema.ElementOf(type))}",
        OptionKind.Map => $"map to {TypeName(OptionSchema.ElementOf(type))}",
        _ when type == typeof(string) => "text",
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(double) => "number",
        _ when type.IsEnum => "word",
        _ => "whole number",
    };

    // | `key` | type | `default` | range | variable | effect | takes effect |, where \| is a bar inside a cell.
    private static Dictionary<string, string[]> ReadRows()
    {
        const string Bar = "\u0001";
        var rows = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (string line in File.ReadLines(SourceTree.PathOf("docs/configuration.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal)))
        {
            string[] cells = [.. line.Replace("\\|", Bar).Trim('|').Split('|').Select(cell => cell.Trim().Replace(Bar, "|"))];
            Assert.Equal(7, cells.Length);
            rows.Add(cells[0].Trim('`'), cells);
        }

        return rows;
    }
}
