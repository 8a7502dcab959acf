using System.Collections.Concurrent;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace Ddmq.Config.Loading;

/// <summary>What the options classes allow in the file, read off them by reflection. Thread-safe.</summary>
internal static class OptionSchema
{
    private static readonly ConcurrentDictionary<Type, OptionProperty[]> Properties = new();

    /// <summary>The settings of a section, in the order of the class.</summary>
    public static IReadOnlyList<OptionProperty> Of(Type section) => Properties.GetOrAdd(
        section,
        type => [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite).Select(p => new OptionProperty(p))]);

    /// <summary>The setting a key in the file means; case, <c>_</c> and <c>-</c> do not count, as in the original.</summary>
    public static OptionProperty? Find(Type section, string key)
    {
        string normalized = Normalize(key);
        return Of(section).FirstOrDefault(property => Normalize(property.Key) == normalized);
    }

    public static OptionKind KindOf(Type type)
    {
        if (type.IsGenericType)
        {
            return type.GetGenericTypeDefinition() == typeof(List<>) ? OptionKind.List : OptionKind.Map;
        }

        return type.IsClass && type != typeof(string) ? OptionKind.Section : OptionKind.Scalar;
    }

    /// <summary>The type of a list's or a map's elements.</summary>
    public static Type ElementOf(Type type) => type.GetGenericArguments()[^1];

    /// <summary>
    /// Every setting below a section with its path, sections themselves left out; below lists the path has <c>[]</c>, below
    /// maps <c>*</c>.
    /// </summary>
    public static IEnumerable<(string Path, OptionProperty Option)> Walk(Type section, string prefix = "")
    {
        foreach (OptionProperty option in Of(section))
        {
            string path = Join(prefix, option.Key);
            Type type = option.Property.PropertyType;
            switch (option.Kind)
            {
                case OptionKind.Section:
                    break;
                case OptionKind.List when KindOf(ElementOf(type)) == OptionKind.Section:
                    path += "[]";
                    type = ElementOf(type);
                    break;
                case OptionKind.Map when KindOf(ElementOf(type)) == OptionKind.Section:
                    path += ".*";
                    type = ElementOf(type);
                    break;
                default:
                    yield return (path, option);
                    continue;
            }

            foreach ((string Path, OptionProperty Option) inner in Walk(type, path))
            {
                yield return inner;
            }
        }
    }

    /// <summary>The settings that an environment variable can set: single values that are not part of a list or map.</summary>
    public static IEnumerable<(string Path, OptionProperty Option, string Variable)> Scalars() =>
        Walk(typeof(CarreraOptions))
            .Where(item => item.Option.Kind == OptionKind.Scalar && !item.Path.Contains("[]", StringComparison.Ordinal)
                && !item.Path.Contains(".*", StringComparison.Ordinal))
            .Select(item => (item.Path, item.Option, VariableOf(item.Path)));

    /// <summary><c>ddmq.store.maxMessageSize</c> is <c>DDMQ_STORE_MAX_MESSAGE_SIZE</c>; paths of the original get <c>DDMQ_</c> in front.</summary>
    public static string VariableOf(string path)
    {
        IEnumerable<string> segments = path.Split('.').Select(JsonNamingPolicy.SnakeCaseUpper.ConvertName);
        string name = string.Join('_', segments);
        return name.StartsWith("DDMQ_", StringComparison.Ordinal) ? name : "DDMQ_" + name;
    }

    public static string Join(string prefix, string key) => prefix.Length == 0 ? key : $"{prefix}.{key}";

    public static string Normalize(string key)
    {
        var text = new StringBuilder(key.Length);
        foreach (char c in key)
        {
            if (c is not ('_' or '-'))
            {
                text.Append(char.ToLowerInvariant(c));
            }
        }

        return text.ToString();
    }
}
