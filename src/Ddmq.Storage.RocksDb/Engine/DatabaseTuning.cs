using System.Text;
using Ddmq.Storage.RocksDb.Native;

namespace Ddmq.Storage.RocksDb.Engine;

/// <summary>
/// How RocksDB is set up, each setting with its reason. The load: appends to many partitions at their ends, reads near
/// the ends, deletes at the heads.
/// </summary>
internal static class DatabaseTuning
{
    // Records of one partition come in order, but those of many partitions in turn. With the last place of each key prefix
    // kept at hand, an insert into the in-memory table need not search from the top: 64 messages in 57 us instead of 144
    // (StoreBenchmark on a memory disk). The C API sets this option by its name only.
    //
    // The prefix is one byte longer than a partition's, so that the keys that range deletions begin at
    // (StoreKeys.PartitionLength) have none. RocksDB 7.8 keeps range deletions in a table of their own but takes the
    // place for it from the same prefixes, so that a deletion with a prefix would corrupt the memory of both tables.
    private const string InsertHint = "memtable_insert_with_hint_prefix_extractor=fixed:6;allow_concurrent_memtable_write=false";

    // When files of the first level pile up because compaction does not keep up, RocksDB slows writes down. By itself it does so from 20 files on,
    // and to 16 MB/s at once: a store that had taken 240 MB/s for some seconds took a fifteenth of that in the next ones, also when no more than half was
    // asked for. Here it may owe some gigabytes of compaction, which reads of the newest data pay with a look into more files, and then
    // comes down step by step.
    private const string SlowDown = "level0_slowdown_writes_trigger=48;level0_stop_writes_trigger=96;delayed_write_rate=134217728";

    // New files are merged with the level below when there are sixteen of them, not four: each time that rewrites much of what the partitions have there. Bodies of 8 KiB are
    // written 3.8 times instead of 4.5, for a fifth less of the CPUs, and a machine with one CPU for it all does not fall behind until writes are slowed down
    // (docs/performance.md, Overload). A read looks into as many more files.
    private const string Merge = "level0_file_num_compaction_trigger=16";

    private const int MaxWriteBuffers = 3;
    private const int MaxOpenFiles = 256;
    private const ulong TargetFileBytes = 32 * 1024 * 1024;

    /// <summary>RocksDB's options for the store's.</summary>
    public static OptionsHandle Create(RocksDbStoreOptions options)
    {
        OptionsHandle native = Parse($"{InsertHint};{Merge};{SlowDown}");
        RocksDbNative.OptionsSetCreateIfMissing(native, 1);

        // What was acknowledged was synced, so damage in the middle of a log is never the trace of a crash: the store
        // refuses to open rather than forget silently. A record cut off at the end is such a trace and is dropped.
        RocksDbNative.OptionsSetWalRecoveryMode(
            native,
            options.DropDamagedLog ? RocksDbNative.PointInTimeRecovery : RocksDbNative.TolerateCorruptedTailRecords);

        RocksDbNative.OptionsSetWriteBufferSize(native, (nuint)options.WriteBufferBytes);
        RocksDbNative.OptionsSetMaxWriteBufferNumber(native, MaxWriteBuffers);
        RocksDbNative.OptionsSetMaxBackgroundJobs(native, 2);
        RocksDbNative.OptionsSetMaxOpenFiles(native, MaxOpenFiles);

        // Background writing goes to the disk in small steps; otherwise a commit's fdatasync waits behind a whole file.
        RocksDbNative.OptionsSetBytesPerSync(native, 512 * 1024);

        // Levels, not universal: files of the lower levels then hold one stretch of one partition, so that retention
        // gets disk space back by dropping whole files. With a dynamic base a store of a few GB has one level below L0.
        RocksDbNative.OptionsSetLevelCompactionDynamicLevelBytes(native, 1);
        RocksDbNative.OptionsSetMaxBytesForLevelBase(native, (ulong)options.WriteBufferBytes * 8);
        RocksDbNative.OptionsSetTargetFileSizeBase(native, TargetFileBytes);

        // Fresh data is rewritten soon anyway; only where it comes to rest is it worth the processor's time.
        RocksDbNative.OptionsSetCompression(native, RocksDbNative.NoCompression);
        RocksDbNative.OptionsSetBottommostCompression(native, RocksDbNative.Lz4Compression);

        RocksDbNative.OptionsSetInfoLogLevel(native, RocksDbNative.LogLevelWarn);
        RocksDbNative.OptionsSetKeepLogFileNum(native, 4);
        RocksDbNative.OptionsSetMaxLogFileSize(native, 4 * 1024 * 1024);
        RocksDbNative.OptionsSetStatsDumpPeriodSec(native, 0);

        using TableOptionsHandle table = RocksDbNative.TableOptionsCreate();
        using CacheHandle cache = RocksDbNative.CacheCreateLru((nuint)options.BlockCacheBytes);
        RocksDbNative.TableOptionsSetBlockCache(table, cache);
        RocksDbNative.TableOptionsSetBlockSize(table, 16 * 1024);

        // Indexes count against the cache: memory stays bounded however much is stored.
        RocksDbNative.TableOptionsSetCacheIndexAndFilterBlocks(table, 1);
        RocksDbNative.OptionsSetBlockBasedTableFactory(native, table);
        return native;
    }

    private static unsafe OptionsHandle Parse(string text)
    {
        using OptionsHandle defaults = RocksDbNative.OptionsCreate();
        OptionsHandle native = RocksDbNative.OptionsCreate();
        byte* error = null;
        fixed (byte* textPointer = Encoding.UTF8.GetBytes(text + '\0'))
        {
            RocksDbNative.OptionsFromString(defaults, textPointer, native, &error);
        }

        if (Database.TakeError(error) is { } status)
        {
            native.Dispose();
            throw new RocksDbStoreException($"{RocksDbLibrary.Name} does not know the option {text}: {status}");
        }

        return native;
    }
}
