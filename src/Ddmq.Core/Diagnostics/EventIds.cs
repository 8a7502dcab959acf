namespace Ddmq.Core.Diagnostics;

/// <summary>
/// Event ids of everything that is logged, a range per area. Ids are telemetry: one that is in use keeps its meaning.
/// Proxy 1000, Thrift front door 2000, stores 3000, configuration 4000, pipeline 5000.
/// </summary>
public static class EventIds
{
    /// <summary>A store threw instead of answering.</summary>
    public const int StoreThrew = 5001;

    /// <summary>A pipeline stage threw instead of answering.</summary>
    public const int StageThrew = 5002;
}
