namespace Ddmq.Storage.RocksDb.Format;

/// <summary>The fixed part of a record.</summary>
/// <param name="Position">Bytes of all earlier records of the partition, since its beginning: what retention by bytes counts.</param>
/// <param name="StoreUnixMs">When the store took the message, Unix ms. Never goes back within a partition, so offsets can be searched by it.</param>
/// <param name="BornUnixMs">When the proxy had received the message, Unix ms.</param>
internal readonly record struct RecordHeader(long Position, long StoreUnixMs, long BornUnixMs);
