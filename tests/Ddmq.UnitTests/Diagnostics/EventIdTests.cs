using System.Reflection;
using Ddmq.Core.Diagnostics;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Ddmq.UnitTests.Diagnostics;

public class EventIdTests
{
    private static readonly int[] Areas =
        [.. typeof(EventIds).GetFields().Where(field => field.Name != nameof(EventIds.RangeSize)).Select(field => (int)field.GetRawConstantValue()!)];

    private static readonly List<(string Method, int Id)> Messages = FindMessages();

    [Fact]
    public void LoggerMessages_AllAssemblies_AreFound() => Assert.NotEmpty(Messages);

    [Fact]
    public void LoggerMessages_Ids_AreExplicitAndInTheRangeOfAnArea()
    {
        var outside = Messages.Where(message => !Areas.Any(area => message.Id > area && message.Id < area + EventIds.RangeSize));

        Assert.Empty(outside);
    }

    [Fact]
    public void LoggerMessages_Ids_AreUnique()
    {
        var shared = Messages.GroupBy(message => message.Id).Where(group => group.Count() > 1)
            .Select(group => $"{group.Key}: {string.Join(", ", group.Select(message => message.Method))}");

        Assert.Empty(shared);
    }

    [Fact]
    public void Areas_DoNotOverlap() =>
        Assert.All(Areas.Order().Zip(Areas.Order().Skip(1)), pair => Assert.True(pair.Second - pair.First >= EventIds.RangeSize));

    private static List<(string Method, int Id)> FindMessages() =>
    [
        .. Directory.GetFiles(AppContext.BaseDirectory, "*.dll")
            .Where(file => Path.GetFileName(file).StartsWith("ddmq", StringComparison.OrdinalIgnoreCase))
            .Select(file => Assembly.Load(Path.GetFileNameWithoutExtension(file)))
            .SelectMany(assembly => assembly.GetTypes())
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Select(method => (method, attribute: method.GetCustomAttribute<LoggerMessageAttribute>()))
            .Where(item => item.attribute is not null)
            .Select(item => ($"{item.method.DeclaringType}.{item.method.Name}", item.attribute!.EventId)),
    ];
}
