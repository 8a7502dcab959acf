using System.Runtime.InteropServices;

namespace Ddmq.Storage.RocksDb.Native;

/// <summary>
/// The functions of RocksDB 7.8's C API that the store uses, one import each and nothing else. Conventions of that API:
/// lengths are <c>size_t</c>, booleans are one byte, an <c>error</c> that is not null after the call points to text that
/// <see cref="Free"/> takes back. Arguments are blittable or handles, so a call costs no marshalling.
/// </summary>
internal static unsafe partial class RocksDbNative
{
    /// <summary><c>rocksdb_no_compression</c>.</summary>
    public const int NoCompression = 0;

    /// <summary><c>rocksdb_lz4_compression</c>.</summary>
    public const int Lz4Compression = 4;

    /// <summary><c>rocksdb_tolerate_corrupted_tail_records_recovery</c>.</summary>
    public const int TolerateCorruptedTailRecords = 0;

    /// <summary><c>rocksdb_point_in_time_recovery</c>.</summary>
    public const int PointInTimeRecovery = 2;

    /// <summary>The level of RocksDB's own <c>LOG</c> file from which on it writes.</summary>
    public const int LogLevelWarn = 2;

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_open")]
    public static partial DatabaseHandle Open(OptionsHandle options, byte* utf8Path, byte** error);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_close")]
    public static partial void Close(nint database);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_write")]
    public static partial void Write(DatabaseHandle database, WriteOptionsHandle options, WriteBatchHandle batch, byte** error);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_get")]
    public static partial byte* Get(
        DatabaseHandle database, ReadOptionsHandle options, byte* key, nuint keyLength, nuint* valueLength, byte** error);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_delete_file_in_range")]
    public static partial void DeleteFilesInRange(
        DatabaseHandle database, byte* start, nuint startLength, byte* limit, nuint limitLength, byte** error);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_compact_range_opt")]
    public static partial void CompactRange(
        DatabaseHandle database, CompactOptionsHandle options, byte* start, nuint startLength, byte* limit, nuint limitLength);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_disable_manual_compaction")]
    public static partial void DisableManualCompaction(DatabaseHandle database);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_free")]
    public static partial void Free(void* memory);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_create")]
    public static partial OptionsHandle OptionsCreate();

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_destroy")]
    public static partial void OptionsDestroy(nint options);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_get_options_from_string")]
    public static partial void OptionsFromString(OptionsHandle basis, byte* text, OptionsHandle result, byte** error);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_create_if_missing")]
    public static partial void OptionsSetCreateIfMissing(OptionsHandle options, byte value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_wal_recovery_mode")]
    public static partial void OptionsSetWalRecoveryMode(OptionsHandle options, int value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_write_buffer_size")]
    public static partial void OptionsSetWriteBufferSize(OptionsHandle options, nuint value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_max_write_buffer_number")]
    public static partial void OptionsSetMaxWriteBufferNumber(OptionsHandle options, int value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_max_open_files")]
    public static partial void OptionsSetMaxOpenFiles(OptionsHandle options, int value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_bytes_per_sync")]
    public static partial void OptionsSetBytesPerSync(OptionsHandle options, ulong value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_max_background_jobs")]
    public static partial void OptionsSetMaxBackgroundJobs(OptionsHandle options, int value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_level_compaction_dynamic_level_bytes")]
    public static partial void OptionsSetLevelCompactionDynamicLevelBytes(OptionsHandle options, byte value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_target_file_size_base")]
    public static partial void OptionsSetTargetFileSizeBase(OptionsHandle options, ulong value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_max_bytes_for_level_base")]
    public static partial void OptionsSetMaxBytesForLevelBase(OptionsHandle options, ulong value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_compression")]
    public static partial void OptionsSetCompression(OptionsHandle options, int value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_bottommost_compression")]
    public static partial void OptionsSetBottommostCompression(OptionsHandle options, int value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_info_log_level")]
    public static partial void OptionsSetInfoLogLevel(OptionsHandle options, int value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_keep_log_file_num")]
    public static partial void OptionsSetKeepLogFileNum(OptionsHandle options, nuint value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_max_log_file_size")]
    public static partial void OptionsSetMaxLogFileSize(OptionsHandle options, nuint value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_stats_dump_period_sec")]
    public static partial void OptionsSetStatsDumpPeriodSec(OptionsHandle options, uint value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_options_set_block_based_table_factory")]
    public static partial void OptionsSetBlockBasedTableFactory(OptionsHandle options, TableOptionsHandle table);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_block_based_options_create")]
    public static partial TableOptionsHandle TableOptionsCreate();

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_block_based_options_destroy")]
    public static partial void TableOptionsDestroy(nint table);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_block_based_options_set_block_cache")]
    public static partial void TableOptionsSetBlockCache(TableOptionsHandle table, CacheHandle cache);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_block_based_options_set_block_size")]
    public static partial void TableOptionsSetBlockSize(TableOptionsHandle table, nuint value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_block_based_options_set_cache_index_and_filter_blocks")]
    public static partial void TableOptionsSetCacheIndexAndFilterBlocks(TableOptionsHandle table, byte value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_cache_create_lru")]
    public static partial CacheHandle CacheCreateLru(nuint capacity);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_cache_destroy")]
    public static partial void CacheDestroy(nint cache);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_writeoptions_create")]
    public static partial WriteOptionsHandle WriteOptionsCreate();

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_writeoptions_destroy")]
    public static partial void WriteOptionsDestroy(nint options);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_writeoptions_set_sync")]
    public static partial void WriteOptionsSetSync(WriteOptionsHandle options, byte value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_readoptions_create")]
    public static partial ReadOptionsHandle ReadOptionsCreate();

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_readoptions_destroy")]
    public static partial void ReadOptionsDestroy(nint options);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_readoptions_set_fill_cache")]
    public static partial void ReadOptionsSetFillCache(ReadOptionsHandle options, byte value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_readoptions_set_ignore_range_deletions")]
    public static partial void ReadOptionsSetIgnoreRangeDeletions(ReadOptionsHandle options, byte value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_compactoptions_create")]
    public static partial CompactOptionsHandle CompactOptionsCreate();

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_compactoptions_destroy")]
    public static partial void CompactOptionsDestroy(nint options);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_compactoptions_set_exclusive_manual_compaction")]
    public static partial void CompactOptionsSetExclusiveManualCompaction(CompactOptionsHandle options, byte value);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_writebatch_create")]
    public static partial WriteBatchHandle WriteBatchCreate();

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_writebatch_destroy")]
    public static partial void WriteBatchDestroy(nint batch);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_writebatch_clear")]
    public static partial void WriteBatchClear(WriteBatchHandle batch);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_writebatch_put")]
    public static partial void WriteBatchPut(WriteBatchHandle batch, byte* key, nuint keyLength, byte* value, nuint valueLength);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_writebatch_putv")]
    public static partial void WriteBatchPutParts(
        WriteBatchHandle batch, int keyCount, byte** keys, nuint* keyLengths, int valueCount, byte** values, nuint* valueLengths);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_writebatch_delete_range")]
    public static partial void WriteBatchDeleteRange(
        WriteBatchHandle batch, byte* start, nuint startLength, byte* limit, nuint limitLength);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_create_iterator")]
    public static partial IteratorHandle IteratorCreate(DatabaseHandle database, ReadOptionsHandle options);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_iter_destroy")]
    public static partial void IteratorDestroy(nint iterator);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_iter_valid")]
    public static partial byte IteratorValid(IteratorHandle iterator);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_iter_seek")]
    public static partial void IteratorSeek(IteratorHandle iterator, byte* key, nuint keyLength);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_iter_seek_for_prev")]
    public static partial void IteratorSeekForPrevious(IteratorHandle iterator, byte* key, nuint keyLength);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_iter_next")]
    public static partial void IteratorNext(IteratorHandle iterator);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_iter_key")]
    public static partial byte* IteratorKey(IteratorHandle iterator, nuint* length);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_iter_value")]
    public static partial byte* IteratorValue(IteratorHandle iterator, nuint* length);

    [LibraryImport(RocksDbLibrary.Name, EntryPoint = "rocksdb_iter_get_error")]
    public static partial void IteratorError(IteratorHandle iterator, byte** error);
}
