using System.Buffers.Binary;
using Ddmq.Storage.RocksDb.Format;
using Ddmq.Storage.RocksDb.Logs;

namespace Ddmq.Storage.RocksDb.Engine;

/// <summary>An opened database and what is known of its topics; replaced whole when the database is reopened.</summary>
internal sealed record OpenStore(Database Database, TopicTable Topics)
{
    /// <summary>Opens or creates the store in the options' folder.</summary>
    /// <exception cref="RocksDbStoreException">It cannot be opened; the message says why and what helps.</exception>
    public static OpenStore Open(RocksDbStoreOptions options)
    {
        PrepareFolder(options.Path);
        Database database = Database.Open(options);
        try
        {
            CheckFormat(options.Path, database);
            return new OpenStore(database, TopicTable.Load(options, database));
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    private static void PrepareFolder(string path)
    {
        if (File.Exists(path))
        {
            throw new RocksDbStoreException($"The store {path} is a file. Name a folder; it is created when missing.");
        }

        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RocksDbStoreException(
                $"The store's folder {path} cannot be created: {exception.Message} Give the user '{Environment.UserName}' the right to " +
                "write there, or name another folder.",
                exception);
        }
    }

    private static void CheckFormat(string path, Database database)
    {
        byte[]? stored = database.Get(StoreKeys.Format);
        if (stored is null)
        {
            using Cursor cursor = database.OpenCursor(scan: true);
            if (cursor.Seek([]))
            {
                throw new RocksDbStoreException(
                    $"The folder {path} holds a RocksDB database that is not a Ddmq store. Name another folder.");
            }

            WriteFormat(path, database);
            return;
        }

        if (stored.Length != sizeof(uint))
        {
            throw RocksDbErrors.Malformed(path, "its format version is malformed");
        }

        uint version = BinaryPrimitives.ReadUInt32BigEndian(stored);
        if (version > StoreKeys.FormatVersion)
        {
            throw new RocksDbStoreException(
                $"The store {path} was written by a newer version of Ddmq: it has format {version}, this program reads up to " +
                $"{StoreKeys.FormatVersion}. Run that newer version, or name another folder.");
        }
    }

    private static void WriteFormat(string path, Database database)
    {
        using var batch = new WriteBatch();
        Span<byte> version = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(version, StoreKeys.FormatVersion);
        batch.Put(StoreKeys.Format, version);
        if (database.TryWrite(batch) is { } status)
        {
            throw RocksDbErrors.OpenFailed(path, status);
        }
    }
}
