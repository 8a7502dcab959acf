namespace Ddmq.Storage.RocksDb.Logs;

/// <summary>Where and when a record goes into its partition.</summary>
internal readonly record struct RecordPlace(long Offset, long Position, long StoreUnixMs);
