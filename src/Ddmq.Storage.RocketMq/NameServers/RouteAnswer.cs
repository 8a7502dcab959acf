namespace Ddmq.Storage.RocketMq.NameServers;

/// <summary>What came of asking for a route.</summary>
/// <param name="Route">The route, when there is one.</param>
/// <param name="IsUnknown">The name server answered that it knows no such topic.</param>
/// <param name="Raw">The route as it came; null when there is none.</param>
internal readonly record struct RouteAnswer(RouteData? Route, bool IsUnknown, byte[]? Raw = null)
{
    /// <summary>No name server answered.</summary>
    public static RouteAnswer Unreachable => default;
}
