using Ddmq.Storage.RocksDb;
using Ddmq.Storage.RocksDb.Engine;
using Ddmq.Storage.RocksDb.Native;
using Xunit;

namespace Ddmq.UnitTests.Storage.RocksDb;

public sealed class RocksDbErrorsTests
{
    [Theory]
    [InlineData("IO error: No space left on device: While appending to file: /x/000009.log: No space left on device", "DiskFull")]
    [InlineData("IO error: While lock file: /x/LOCK: Resource temporarily unavailable", "Locked")]
    [InlineData("IO error: lock hold by current process, acquire time 1 acquiring thread 2: /x/LOCK: No locks available", "Locked")]
    [InlineData("Corruption: checksum mismatch in log record", "Corruption")]
    [InlineData("Invalid argument: Unknown table magic number", "Incompatible")]
    [InlineData("IO error: While fdatasync: /x/000009.log: Input/output error", "Io")]
    [InlineData("something never seen", "Io")]
    public void Classify_StatusOfRocksDb_IsSorted(string status, string kind) =>
        Assert.Equal(kind, RocksDbErrors.Classify(status).ToString());

    [Theory]
    [InlineData("IO error: No space left on device", "full")]
    [InlineData("IO error: While lock file", "in use")]
    [InlineData("Corruption: x", "damaged")]
    [InlineData("Invalid argument: x", "another version")]
    [InlineData("IO error: x", "permissions")]
    public void OpenFailed_EachKind_SaysWhatWhereAndWhatRocksDbSaid(string status, string what)
    {
        string message = RocksDbErrors.OpenFailed("/the/store", status).Message;

        Assert.Contains(what, message);
        Assert.Contains("/the/store", message);
        Assert.Contains(status, message);
    }

    [Fact]
    public void EnsureLoaded_LibraryMissing_NamesLibraryPackageAndCommand()
    {
        RocksDbStoreException exception = Assert.Throws<RocksDbStoreException>(() => RocksDbLibrary.EnsureLoaded("libnotthere.so.1"));

        Assert.Contains("libnotthere.so.1", exception.Message);
        Assert.Contains("apt-get install -y librocksdb7.8", exception.Message);
    }
}
