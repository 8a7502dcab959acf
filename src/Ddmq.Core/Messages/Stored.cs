namespace Ddmq.Core.Messages;

/// <summary>What is known about a message's whereabouts when its request is answered.</summary>
public enum Stored
{
    /// <summary>Certainly not stored.</summary>
    No,

    /// <summary>Stored as the cluster is configured to store.</summary>
    Yes,

    /// <summary>It may have been stored: the store was asked and its answer is missing or says neither.</summary>
    Unknown,

    /// <summary>On this proxy's disk, to be delivered to its cluster later. Always with <see cref="SendStatus.Ok"/>.</summary>
    Spooled,
}
