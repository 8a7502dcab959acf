namespace Ddmq.Core.Spooling;

/// <summary>What a lane holds: the offsets from <paramref name="FirstOffset"/> up to, not including, <paramref name="NextOffset"/>.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="Lane">The lane, from 0.</param>
/// <param name="FirstOffset">The first entry's offset.</param>
/// <param name="NextOffset">Where the next entry goes.</param>
/// <param name="Bytes">Bytes of the entries.</param>
public readonly record struct SpoolLaneBounds(SpoolQueueName Queue, int Lane, long FirstOffset, long NextOffset, long Bytes);
