namespace Ddmq.Storage.RocksDb;

/// <summary>One partition at the moment of asking.</summary>
/// <param name="Partition">Its number, from 0.</param>
/// <param name="FirstOffset">The oldest message that is kept.</param>
/// <param name="NextOffset">Where the next message will go; equal to <paramref name="FirstOffset"/> when there is none.</param>
/// <param name="Bytes">The size of its records, in bytes, before compression.</param>
public readonly record struct StoredPartition(int Partition, long FirstOffset, long NextOffset, long Bytes);
