namespace Ddmq.Core.Spooling;

/// <summary>Whose messages a queue of the spool holds: a topic's, on their way to one of its clusters.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Cluster">The cluster the route had chosen.</param>
public readonly record struct SpoolQueueName(string Topic, string Cluster)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Topic} on {Cluster}";
}
